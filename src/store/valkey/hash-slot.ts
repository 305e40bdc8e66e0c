// The hash slot of a Cluster that keys belong to.

/** Number of hash slots of a Cluster. */
const SLOTS = 16384;

/** The slot of all keys with this text in braces: CRC-16/XMODEM (Cluster specification, "Hash tags"). */
export function hashSlot(tag: string): number {
  let crc = 0;
  for (const byte of Buffer.from(tag)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}
