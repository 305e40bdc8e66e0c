// One sign of life: the server that look-ups ask is the one that tells us its changes, and it has told them up to now.

import { CookieAuthenticatorError } from "../../errors.js";
import type { InvalidationConnection } from "./invalidation-connection.js";
import { formatAddress, silence } from "./server-connection.js";
import { IDENTITY_SCRIPT, parseIdentity, type ServerIdentity } from "./server-identity.js";
import type { ValkeyClient } from "./valkey-client.js";
import type { ServerAddress } from "./valkey-options.js";

export interface SignQuestions {
  /** Its look-ups are those that are kept: it says which server answers them. */
  readonly client: Pick<ValkeyClient, "read">;
  /** Any key of the store, which may not be there: the hash slot counts. */
  readonly anyKey: string;
  /** Look-ups may ask a replica. */
  readonly mayBeReplica: boolean;
  /** A connection that is silent for so long is given up, ms. */
  readonly patienceMs: number;
}

/**
 * Asks first who answers look-ups, then the connection for a sign: the argument in near-cache.ts needs this order. Who is
 * the primary now has all changes that were made before, also elsewhere, and tells them before it answers the ping.
 *
 * @returns `false` if it can't be said now who answers look-ups
 * @throws `ERR_STORE_UNAVAILABLE` if it is another server, or this one is silent: then the connection is of no use
 */
export async function askForSign(
  connection: InvalidationConnection,
  address: ServerAddress,
  questions: SignQuestions,
): Promise<boolean> {
  const answering = await findAnswering(questions);
  const isSame = answering?.runId === connection.identity.runId;
  if (answering !== undefined && !(isSame && (answering.isPrimary || questions.mayBeReplica))) {
    const where = formatAddress(address);
    throw new CookieAuthenticatorError("ERR_STORE_UNAVAILABLE", `${where} isn't the primary any more`, {
      hint: "nothing: the primary is looked for again",
      details: { address: where },
    });
  }
  await ping(connection, address, questions.patienceMs);
  return answering !== undefined;
}

async function findAnswering({ client, anyKey }: SignQuestions): Promise<ServerIdentity | undefined> {
  try {
    return parseIdentity(String(await client.read(IDENTITY_SCRIPT, [anyKey], [])));
  } catch (error) {
    // No sign is sign enough, if it lasts; look-ups say what is wrong.
    if (error instanceof CookieAuthenticatorError) return undefined;
    throw error;
  }
}

/** After a silence anything may have happened to the connection. */
async function ping(
  connection: InvalidationConnection,
  address: ServerAddress,
  patienceMs: number,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silence(address, patienceMs)), patienceMs);
  });
  try {
    await Promise.race([connection.ping(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
