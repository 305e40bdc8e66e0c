// The application's page: a WAMP session by cookie alone. No secret is in reach of this script.

import { showSessions } from "./session-list.js";

const { wampUrl, realm, prefix } = document.body.dataset;
const GREET = "com.example.app.greet";
/** The list is read again this often, and whenever the page comes into view. */
const REFRESH_MS = 10_000;
/** After a refusal that is no fault of the cookie, autobahn gives up; we don't. */
const RETRY_MS = 3000;
/** Our authenticator's word for "try again later": no cookie is at fault. */
const UNAVAILABLE = "wamp.error.unavailable";
const DENIED = "wamp.error.authentication_failed";

const ENDED_TEXTS = {
  revoked: "This session was ended: from another page or device, or by an administrator.",
  expired: "Your session has expired.",
  idle: "You were signed out because you hadn't been active for a while.",
  rights_changed: "Your rights have changed, so that you need to sign in again.",
};

const byId = (id) => document.getElementById(id);

/** The joined session, while there is one. */
let session;

const connection = new autobahn.Connection({
  url: wampUrl,
  realm,
  // No ticket, no secret: the browser adds the cookie to the handshake, and the authenticator reads it there.
  authmethods: ["anonymous"],
  max_retries: -1,
  initial_retry_delay: 1,
  max_retry_delay: 30,
});

connection.onopen = async (opened, details) => {
  session = opened;
  byId("authid").textContent = details.authid;
  byId("authrole").textContent = details.authrole;
  byId("realm").textContent = details.realm ?? realm;
  showStatus("connected", "Connected");
  await Promise.all([greet(), refresh()]);
};

/** @returns {boolean} whether autobahn shall not try again by itself */
connection.onclose = (reason, details) => {
  session = undefined;
  const uri = details?.reason ?? "";
  if (uri.startsWith(`${prefix}ended.`)) return showEnded(ENDED_TEXTS[uri.slice(`${prefix}ended.`.length)]);
  if (uri === DENIED) return showEnded("You aren't signed in any more.");
  if (reason === "closed") {
    // autobahn doesn't try again after a GOODBYE or an ABORT.
    showStatus("failed", uri === UNAVAILABLE ? "Not available at the moment" : `Disconnected (${uri})`);
    setTimeout(() => connection.open(), RETRY_MS);
    return true;
  }
  showStatus("failed", "No connection. Trying again…");
  return false;
};

async function greet() {
  try {
    byId("greeting").textContent = await session.call(GREET);
  } catch {
    byId("greeting").textContent = ""; // the backend is away: the rest of the page doesn't need it
  }
}

async function refresh() {
  if (session === undefined || document.hidden) return;
  try {
    const sessions = [];
    for (let after; after !== null; ) {
      const page = await session.call(`${prefix}my_sessions`, [], after === undefined ? {} : { after });
      sessions.push(...page.sessions);
      after = page.next;
    }
    showSessions(sessions, (one) => signOut({ oid: one.oid }));
  } catch (error) {
    // A call that the end of the connection cut off is no news: onclose says it.
    if (session !== undefined) showStatus("failed", `The list can't be read (${error.error ?? error})`);
  }
}

async function signOut(what) {
  try {
    const { ended } = await session.call(`${prefix}logout_mine`, [], what);
    showStatus(
      "connected",
      ended.length === 1 ? "1 session signed out" : `${ended.length} sessions signed out`,
    );
  } catch (error) {
    if (session !== undefined) showStatus("failed", `Signing out failed (${error.error ?? error})`);
  }
  await refresh();
}

function showStatus(state, text) {
  const status = byId("status");
  status.dataset.state = state;
  // A live region speaks when its text changes.
  if (status.textContent !== text) status.textContent = text;
}

/** The page of somebody who isn't signed in any more: nothing of the session stays in sight. */
function showEnded(text) {
  showStatus("failed", "Signed out");
  for (const element of document.querySelectorAll("header form, #identity, #sessions")) element.remove();
  byId("ended-text").textContent = text ?? "This session has ended.";
  byId("ended").hidden = false;
  byId("ended-title").focus();
  clearInterval(timer);
  return true;
}

byId("others").addEventListener("click", () => signOut({ others: true }));
const timer = setInterval(refresh, REFRESH_MS);
addEventListener("focus", refresh);
document.addEventListener("visibilitychange", refresh);
// "Back" may show a page from the browser's memory, of a session that is over.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

connection.open();
