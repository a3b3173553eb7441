import tseslint from 'typescript-eslint';

const pureFolders = ['src/domain/**/*.ts', 'src/workflows/**/*.ts'];
const nodeBuiltIns = {
  group: ['node:*', 'fs', 'path', 'crypto', 'http', 'https', 'net', 'os', 'child_process'],
  message: 'domain/ and workflows/ run inside the workflow sandbox: no Node built-ins.',
};

export default tseslint.config(
  { ignores: ['dist', 'node_modules', 'coverage', 'test/data'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false } }],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-console': 'error',
      eqeqeq: 'error',
    },
  },
  {
    files: pureFolders,
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: [nodeBuiltIns] }] },
  },
  { files: ['src/starters/**/*.ts', 'src/cli.ts', 'tools/**/*.ts'], rules: { 'no-console': 'off' } },
);
