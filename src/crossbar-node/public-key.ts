// The public half of a cryptosign key, to be compared with the node's `authorized_keys` and shown in ours.

import { createPrivateKey, createPublicKey } from "node:crypto";

/** DER of a PKCS #8 Ed25519 private key, up to its 32 bytes (RFC 8410). */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The public key of an Ed25519 seed, both as hexadecimal digits. The seed must be 32 bytes long. */
export function toPublicKey(privateKey: string): string {
  const der = Buffer.concat([PKCS8_PREFIX, Buffer.from(privateKey, "hex")]);
  const publicKey = createPublicKey(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
  return publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
}
