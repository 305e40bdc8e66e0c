// What a client of a guide's Crossbar is told.

import { joinFrames } from "./crossbar-cookie-client.js";

/** Joins and leaves. @returns the authid of the WELCOME, or the reason of the ABORT */
export async function welcomed(options: Parameters<typeof joinFrames>[0]): Promise<unknown> {
  const join = await joinFrames(options);
  await join.leave();
  return join.kind === "welcome" ? join.details.authid : join.frame[2];
}
