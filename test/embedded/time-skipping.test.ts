import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { describe, expect, test } from '@jest/globals';
import { projectRoot } from '../../src/embedded/project-command.js';
import { TEST_SERVER_VERSION, findTimeSkippingServer } from '../../src/embedded/time-skipping.js';

const path = await findTimeSkippingServer();
const testWithJava = path ? test : test.skip;

describe('time-skipping server', () => {
  testWithJava('48 hours pass at once (needs Java, and Maven the first time)', async () => {
    const env = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: path ?? '' } },
    });
    try {
      const before = await env.currentTimeMs();
      await env.sleep('48h');
      expect((await env.currentTimeMs()) - before).toBeGreaterThanOrEqual(48 * 3_600_000);
    } finally {
      await env.teardown();
    }
  });

  test('the pom pins the version we name', () => {
    const pom = readFileSync(join(projectRoot, 'tools/time-skipping/pom.xml'), 'utf8');
    expect(pom).toContain(`<version>${TEST_SERVER_VERSION}</version>`);
  });
});
