// How the fuzzing changes a data file: by what it is made of (headers, pointers, nodes, meta fields), and at random.

const CHANGES_MAX = 12;
const EDGES = [
  0, 1, 2, 3, 8, 15, 16, 24, 0x20, 0x40, 0x7f, 0xff, 0x100, 0x1ff, 0x200, 0x7fff, 0x8000, 0xfff0, 0xffff,
];

/** Numbers that look random, the same for the same seed (mulberry32). */
export class Chance {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

/** A case with some changes more than this one. */
export function mutate({ base, changes, length }, bases, chance) {
  const bytes = bases.get(base);
  const kept = changes.filter(() => chance.below(8) > 0).slice(-CHANGES_MAX);
  const more = Array.from({ length: 1 + chance.below(3) }, () => oneChange(bytes, chance));
  const cut = chance.below(40) === 0 ? { length: chance.below(bytes.length + 1) } : {};
  return { base, changes: [...kept, ...more], ...(length === undefined ? {} : { length }), ...cut };
}

function oneChange(bytes, chance) {
  const header = bytes.readUInt32LE(16) === 0xbeefc0de ? 16 : 24;
  const pageSize = bytes.readUInt32LE(header + 24);
  const page = chance.below(bytes.length / pageSize) * pageSize;
  const number = () =>
    chance.below(2) === 0 ? chance.pick(EDGES) : chance.below(bytes.length / pageSize + 2);
  switch (chance.below(8)) {
    case 0:
      return [chance.below(bytes.length - 8), random(chance, 1 + chance.below(8))];
    case 1: // page number, transaction id
      return [page + 8 * chance.below(header / 8), u64(number())];
    case 2: // flags, lower, upper
      return [page + header - 2 * (1 + chance.below(3)), u16(number())];
    case 3: // a pointer
      return [page + header + 2 * chance.below(8), u16(chance.below(pageSize + 16))];
    case 4: {
      // a field of a node that is there
      const pointer = bytes.readUInt16LE(page + header + 2 * chance.below(6)) + (header === 24 ? 24 : 0);
      return [Math.min(page + pointer + 2 * chance.below(4), bytes.length - 8), u16(number())];
    }
    case 5: // a field of a meta page
      return [
        chance.below(2) * pageSize + header + 4 * chance.below(34),
        chance.below(2) ? u64(number()) : u16(number()),
      ];
    case 6: {
      // a whole page in another's place
      const from = chance.below(bytes.length / pageSize) * pageSize;
      return [page, bytes.subarray(from, from + pageSize).toString("hex")];
    }
    default:
      return [page, Buffer.alloc(pageSize, chance.pick([0, 0xff])).toString("hex")];
  }
}

function random(chance, length) {
  return Buffer.from(Array.from({ length }, () => chance.below(256))).toString("hex");
}

function u16(number) {
  return Buffer.of(number & 255, (number >> 8) & 255).toString("hex");
}

function u64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(number));
  return bytes.toString("hex");
}
