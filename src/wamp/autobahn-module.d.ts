// Tells the compiler that the package `autobahn`, which has no types, exports what autobahn-types.ts says.

declare module "autobahn" {
  const autobahn: import("./autobahn-types.js").Autobahn;
  export = autobahn;
}
