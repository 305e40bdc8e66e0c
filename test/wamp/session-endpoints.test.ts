// The session procedures as autobahn calls them: URIs, who calls, errors with their URI.

import { expect, test } from "@jest/globals";
import type { Caller } from "../../src/procedures/caller.js";
import { invalidArgument } from "../../src/procedures/procedure-error.js";
import type { ProcedureHandler } from "../../src/procedures/session-procedures.js";
import { autobahn } from "../../src/wamp/autobahn.js";
import type { Invocation } from "../../src/wamp/autobahn-types.js";
import { toSessionEndpoints } from "../../src/wamp/session-endpoints.js";

const AT = { router: "first", realm: "realm2" };
const DETAILS: Invocation = {
  procedure: "a.b.stats",
  caller: 5,
  caller_authid: "joe",
  caller_authrole: "user",
};

function endpointOf(handler: ProcedureHandler) {
  const endpoint = toSessionEndpoints({ handlers: new Map([["stats", handler]]) }, "a.b.", AT)["a.b.stats"];
  if (endpoint === undefined) throw new Error("no endpoint");
  return endpoint;
}

test("a call reaches its handler with who calls, from which connection", async () => {
  const seen: [unknown, unknown, Caller][] = [];
  const endpoint = endpointOf(async (kwargs, args, caller) => {
    seen.push([kwargs, args, caller]);
    return { records: 1 };
  });
  expect(await endpoint([1], { realm: "realm9", router: "x" }, DETAILS)).toEqual({ records: 1 });
  // The realm is the connection's; what the caller says is an argument and nothing more.
  expect(seen).toEqual([
    [{ realm: "realm9", router: "x" }, [1], { ...AT, session: 5, authid: "joe", authrole: "user" }],
  ]);
});

test("a call without any arguments", async () => {
  const endpoint = endpointOf(async (kwargs, args) => ({ kwargs, args }));
  const none = undefined as never;
  expect(await endpoint(none, none, DETAILS)).toEqual({ kwargs: {}, args: [] });
});

test("a refusal keeps its URI, its text and the field", async () => {
  const endpoint = endpointOf(async () => {
    throw invalidArgument("oid: expected a UUID", "oid");
  });
  const error = await Promise.resolve(endpoint([], {}, DETAILS)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(autobahn.Error);
  expect(error).toMatchObject({
    error: "wamp.error.invalid_argument",
    args: ["oid: expected a UUID"],
    kwargs: { field: "oid" },
  });
});

test("any other exception shows nothing of itself", async () => {
  const endpoint = endpointOf(async () => {
    throw new Error("secret internals");
  });
  const error = await Promise.resolve(endpoint([], {}, DETAILS)).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(autobahn.Error);
  expect(JSON.stringify(error)).not.toContain("internals");
  expect(error).toMatchObject({ error: "wamp.error.runtime_error" });
});
