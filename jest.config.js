// Jest on native ES modules; TypeScript through swc (there is no ts-jest for TypeScript 7).

const config = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript", importAttributes: true }, target: "es2023" },
        module: { type: "es6" },
      },
    ],
  },
  testTimeout: 30_000,
  maxWorkers: 2,
};

// biome-ignore lint/style/noDefaultExport: Jest reads its configuration from the default export.
export default config;
