const DAY = 86_400_000;

/** @returns {string | undefined} the page's language; of "en" the kind that the browser's owner reads, for its dates */
function language() {
  const page = document.documentElement.lang;
  return navigator.languages.find((own) => own.startsWith(`${page}-`)) ?? (page || undefined);
}

/** @type {Map<string, any>} */
const made = new Map();

/**
 * Making a formatter takes far longer than using it, and a list that is drawn anew asks for a hundred.
 * @template T @param {string} key all that it depends on @param {() => T} make @returns {T}
 */
function kept(key, make) {
  if (made.size > 500) made.clear();
  if (!made.has(key)) made.set(key, make());
  return made.get(key);
}

/** @returns {any} 12 or 24 hours as this browser's owner is used to, whatever the page's language */
function clock() {
  const own = navigator.language;
  return kept(`clock ${own}`, () => ({ hourCycle: new Intl.DateTimeFormat(own, { hour: "numeric" }).resolvedOptions().hourCycle }));
}

/** @param {string} text ISO with zone, or YYYY-MM-DD for a day where the browser is @returns {Date} may be invalid */
export function readTime(text) {
  return new Date(/^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00` : text);
}

/** @param {Date} time @param {Date} now @returns {number} days back, by the calendar */
function daysAgo(time, now) {
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(time).setHours(0, 0, 0, 0)) / DAY);
}

/** @param {string} text @returns {string} */
const capital = (text) => text.charAt(0).toLocaleUpperCase(language()) + text.slice(1);

/** @param {number} amount @param {Intl.RelativeTimeFormatUnit} unit @returns {string} "yesterday", "3 minutes ago" */
function relative(amount, unit) {
  const own = language();
  return kept(`relative ${own}`, () => new Intl.RelativeTimeFormat(own, { numeric: "auto" })).format(amount, unit);
}

/** @param {Date} time @param {Intl.DateTimeFormatOptions} options @returns {string} */
function format(time, options) {
  const own = language();
  // The offset: a formatter keeps the zone of its making, and a computer may travel.
  const key = `${own} ${time.getTimezoneOffset()} ${JSON.stringify(options)}`;
  return kept(key, () => new Intl.DateTimeFormat(own, options)).format(time);
}

/** @type {Record<string, (time: Date, now: Date) => string>} */
const FORMATS = {
  time(time) {
    const { hourCycle } = clock();
    return format(time, { hour: hourCycle === "h23" ? "2-digit" : "numeric", minute: "2-digit", hourCycle });
  },
  full: (time) => format(time, { dateStyle: "full", timeStyle: "medium", ...clock() }),
  day(time, now) {
    const days = daysAgo(time, now);
    if (days === 0 || days === 1) return capital(relative(-days, "day"));
    const year = time.getFullYear() === now.getFullYear() ? undefined : "numeric";
    return capital(format(time, { weekday: "long", day: "numeric", month: "long", year }));
  },
  list(time, now) {
    const days = daysAgo(time, now);
    if (days <= 0) return FORMATS.time(time, now);
    if (days === 1) return capital(relative(-1, "day"));
    return days < 7 ? capital(format(time, { weekday: "long" })) : format(time, { dateStyle: "short" });
  },
  relative(time, now) {
    const minutes = Math.round((now.getTime() - time.getTime()) / 60_000);
    if (Math.abs(minutes) < 60) return relative(-minutes, "minute");
    return Math.abs(minutes) < 60 * 24 ? relative(-Math.round(minutes / 60), "hour") : relative(-daysAgo(time, now), "day");
  },
};

/**
 * @param {Date} time @param {string} kind time, day, list, relative or full @param {Date} [now]
 * @returns {string} in the page's language and the browser's zone
 */
export function sayTime(time, kind, now = new Date()) {
  return (FORMATS[kind] ?? FORMATS.time)(time, now);
}
