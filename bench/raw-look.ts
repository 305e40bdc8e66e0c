// What any look-up on lmdb-js costs at least: two raw gets, index and record.

import { loadEngine } from "../src/store/lmdb/engine.js";

/** A look-up by two gets of lmdb-js as its documentation shows them, nothing decoded. @param path a database of ours */
export function createRawLook(path: string): (value: string) => void {
  const database = loadEngine().open<Buffer, Buffer>({
    path,
    noSubdir: false,
    keyEncoding: "binary",
    encoding: "binary",
    overlappingSync: false,
    maxReaders: 126,
    mapSize: 2 ** 36,
    readOnly: true,
  } as never);
  return (value) => {
    const indexKey = Buffer.alloc(2 + value.length);
    indexKey[1] = 2;
    indexKey.write(value, 2, "latin1");
    const oid = database.getBinary(indexKey);
    if (oid === undefined) throw new Error("not found");
    const recordKey = Buffer.alloc(18);
    recordKey[1] = 1;
    recordKey.set(oid, 2);
    if (database.getBinary(recordKey) === undefined) throw new Error("not found");
  };
}
