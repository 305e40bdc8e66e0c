// The list of the user's sessions. Texts come from other devices: they are only ever set as text, never as HTML.

import { describeDevice } from "./device-name.js";

const list = document.getElementById("list");
const heading = document.getElementById("sessions-title");
const othersButton = document.getElementById("others");
const template = document.getElementById("item");

/** What is on the page, so that nothing moves under the reader's finger while nothing changes. */
let shown = "";

/**
 * @param {readonly object[]} sessions as `my_sessions` answers them
 * @param {(session: object) => void} onSignOut a button of the list; never that of the current session
 */
export function showSessions(sessions, onSignOut) {
  const inOrder = [...sessions].sort((a, b) => b.current - a.current || lastSeen(b) - lastSeen(a));
  othersButton.hidden = inOrder.length < 2;
  const text = JSON.stringify([inOrder, new Date().toDateString()]);
  if (text === shown) return;
  shown = text;
  const focusedOid = document.activeElement?.dataset?.oid;
  list.replaceChildren(...inOrder.map((session) => toItem(session, onSignOut)));
  if (focusedOid === undefined) return;
  // The button that had the focus is a new one now, or gone with its session.
  const same = [...list.querySelectorAll("button")].find(({ dataset }) => dataset.oid === focusedOid);
  (same ?? heading).focus();
}

function toItem(session, onSignOut) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.oid = session.oid;
  const device = describeDevice(session.last_user_agent ?? session.user_agent);
  const name = item.querySelector(".device");
  name.textContent = device;
  if (session.current) name.append(makeBadge("this device"));
  else if (session.connected) name.append(makeBadge("connected"));
  item.querySelector(".detail").textContent = describeUse(session);
  const button = item.querySelector("button");
  if (session.current) {
    // Its way out is the header's form, which also makes the browser forget the cookie.
    button.remove();
  } else {
    button.dataset.oid = session.oid;
    button.setAttribute("aria-label", `Sign out ${device}, signed in ${toTime(session.created)}`);
    button.addEventListener("click", () => onSignOut(session));
  }
  return item;
}

function makeBadge(text) {
  const badge = document.createElement("span");
  badge.className = "badge";
  badge.textContent = text;
  return badge;
}

function describeUse(session) {
  const peer = session.last_peer ?? session.peer;
  const parts = [`signed in ${toTime(session.created)}`];
  if (peer !== null) parts.unshift(peer);
  if (session.last_used !== null) parts.push(`last used ${toTime(session.last_used)}`);
  return parts.join(" · ");
}

function lastSeen(session) {
  return session.last_used ?? session.created;
}

/** The time of day today, else date and time. */
function toTime(seconds) {
  const date = new Date(seconds * 1000);
  const isToday = date.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { day: "numeric", month: "short" };
  return new Intl.DateTimeFormat(undefined, { ...day, hour: "numeric", minute: "2-digit" }).format(date);
}
