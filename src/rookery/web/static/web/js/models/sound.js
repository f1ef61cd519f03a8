const OLD = 5 * 60; // seconds: after a backlog nothing older rings
const FRONT = 80; // head start, in ms, of a tab that shows the conversation and keeps silent
/** @type {AudioContext | null} */
let context = null;

/**
 * @param {{incoming?: boolean, ring?: boolean, at?: number | string}} fact at: unix seconds, or ISO
 * @param {number} [now] milliseconds
 * @returns {boolean} worth a sound, wherever the agent looks
 */
export function rings({ incoming, ring, at }, now = Date.now()) {
  const when = typeof at === "string" && Number.isNaN(Number(at)) ? Date.parse(at) / 1000 : Number(at ?? now / 1000);
  return Boolean(incoming && ring) && now / 1000 - when < OLD;
}

/**
 * One sound per fact and browser, and none when a tab in front shows that conversation: all tabs ask,
 * the first one gets it.
 * @param {string} fact its id @param {boolean} inFront this tab shows it: takes the turn, keeps silent
 * @returns {Promise<boolean>} this tab plays
 */
export async function myTurn(fact, inFront) {
  if (!navigator.locks) return !inFront;
  if (!inFront) await new Promise((resolve) => setTimeout(resolve, FRONT));
  return new Promise((resolve) => {
    navigator.locks.request(`rookery-ring-${fact}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock) && !inFront);
      return lock ? new Promise((release) => setTimeout(release, 3000)) : undefined;
    });
  });
}

/** Two soft notes, a fourth apart; silent where the browser has not been touched yet. */
export async function chime() {
  context ??= new AudioContext();
  if (context.state === "suspended") await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 500))]);
  if (context.state !== "running") return;
  [587.3, 784].forEach((frequency, at) => note(/** @type {AudioContext} */ (context), frequency, at * 0.11));
}

/** @param {AudioContext} audio @param {number} frequency Hz @param {number} after seconds */
function note(audio, frequency, after) {
  const start = audio.currentTime + after;
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = frequency;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.08, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + 0.35);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + 0.4);
}
