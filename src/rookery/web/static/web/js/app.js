/**
 * Everything a page needs from the browser, loaded as one module. Elements find each other by id and by
 * events; their words come from the page (docs/rooms/web-js.md). The order matters in one point: those
 * that listen to the stream are defined before it starts.
 */
import "./elements/local-time.js";
import "./elements/auto-dismiss.js";
import "./elements/chat-log.js";
import "./elements/older-history.js";
import "./elements/chat-composer.js";
import "./elements/conversation-list.js";
import "./elements/typing-note.js";
import "./elements/voice-player.js";
import "./elements/media-viewer.js";
import "./elements/message-more.js";
import "./elements/unread-badge.js";
import "./elements/connection-banner.js";
import "./elements/keyboard-shortcuts.js";
import "./elements/count-down.js";
import "./elements/copy-button.js";
import "./elements/link-poll.js";
import "./elements/ready-form.js";
import "./elements/live-stream.js";
import { clone } from "./models/fragments.js";
import { makeUpFor, spareOpenMenu } from "./models/open-menus.js";
import { followPane } from "./models/pane.js";

/** Says in a flash that something did not work; htmx leaves the page as it is. */
function sayFailed() {
  const flash = clone(document.querySelector("template#flash-error"));
  if (flash) document.querySelector("[data-flashes]")?.append(flash);
}

for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, sayFailed);
for (const name of ["htmx:afterSwap", "htmx:historyRestore"]) document.addEventListener(name, followPane);
for (const name of ["htmx:beforeRequest", "htmx:beforeSwap"]) document.addEventListener(name, spareOpenMenu);
document.addEventListener("toggle", makeUpFor, true); // it does not bubble
