/** Pure and activity tests, and tests on the real engines. ESM throughout; see docs/architecture.md, "Proof". */
const common = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  // JSON modules keep their ending: `x.json.js` is a real file name in some packages.
  moduleNameMapper: { '^(\\.{1,2}/(?:(?!\\.json).)*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
};

export default {
  testTimeout: 120_000,
  // Concurrent tests on the real engines mostly wait.
  maxConcurrency: 10,
  // Two cores; with the default of cores - 1 the waits of the real-server tests would add up.
  maxWorkers: 2,
  projects: [
    {
      ...common,
      displayName: 'parts',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/test/real/'],
    },
    {
      ...common,
      displayName: 'real',
      testMatch: ['<rootDir>/test/real/**/*.test.ts'],
      globalSetup: '<rootDir>/test/real/start-engines.mjs',
      globalTeardown: '<rootDir>/test/real/stop-engines.mjs',
    },
  ],
};
