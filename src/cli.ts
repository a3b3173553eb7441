import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { attemptOutcomes } from './starters/attempt.js';
import { closeReasons } from './starters/close.js';
import { failureWords } from './starters/failure-words.js';
import { useWhatRunsHere } from './starters/here.js';
import { limitTiers, limitUrgencies } from './starters/limit-choices.js';
import { WrongUsage } from './starters/outcome.js';
import { signOffDecisions, signOffTiers } from './starters/sign-off.js';
import { taskKinds } from './starters/task-kinds.js';

/*
 * The `resultloop` command. Exit code 0: done; 1: refused or failed, with a sentence that says what to do; 2: wrong
 * usage. Each command's own file is loaded only when it runs.
 */
/** Commands that reach for no database, or like `rules` only some of them, by themselves. */
const worksAlone = new Set(['start', 'sandbox', 'keys', 'rules', 'templates', 'inspect']);

const program = new Command('resultloop')
  .description('Follows every lab result of a practice until the patient knows and the chart says so.')
  .showHelpAfterError('(help: resultloop help COMMAND)')
  .exitOverride()
  .hook('preAction', (_program, command) => {
    const [first] = pathOf(command);
    if (!worksAlone.has(first ?? '')) useWhatRunsHere(process.env);
  });

const forPractice = ['--practice <id>', 'which practice (default: the only one)'] as const;
const asPerson = ['--as <person>', 'who decides: a person id of the roster (demo policy only)'] as const;
const note = ['--note <text>', 'what was done or said; kept encrypted'] as const;

program
  .command('start')
  .description('run worker and web, with an embedded database and Temporal unless others are set')
  .option(
    '--data <folder>',
    'where embedded engines keep their data (default: RESULTLOOP_DATA, else .resultloop)',
  )
  .action(async (options) => (await import('./starters/start.js')).startCommand(options));

program
  .command('sandbox')
  .description('run the athenahealth, Twilio and Spruce sandboxes alone')
  .option('--athena-port <port>', 'default: a free one', port)
  .option('--twilio-port <port>', 'default: a free one', port)
  .option('--spruce-port <port>', 'default: a free one', port)
  .action(async (options) => (await import('./starters/sandbox.js')).sandboxCommand(options));

program
  .command('schedules')
  .description('create or update the poll Schedule of every practice (every 5 min)')
  .option(...forPractice)
  .option('--trigger', 'and poll now')
  .action(async (options) => (await import('./starters/schedules.js')).schedulesCommand(options));

program
  .command('poll')
  .description('poll the athenahealth feed once and wait for the outcome')
  .option(...forPractice)
  .action(async (options) => (await import('./starters/schedules.js')).pollCommand(options));

program
  .command('backfill')
  .description('take in documents that were missed: of a time window of the feed, or of patients')
  .option(...forPractice)
  .option('--from <time>', 'e.g. 2026-03-02T08:00, in the practice zone')
  .option('--to <time>', 'end of the window')
  .option('--patients <file>', 'instead of a window: a file with one chart id a line')
  .action(async (options) => (await import('./starters/backfill.js')).backfillCommand(options));

program
  .command('intake')
  .description('run intake alone: MLLP, watched folders and HTTP, as the sources say')
  .option('--port <port>', 'of the HTTP doors (default: a free one)', port)
  .option('--host <host>', 'of the HTTP doors (default: 127.0.0.1)')
  .action(async (options) => (await import('./starters/intake.js')).intakeCommand(options));

const deadLetters = program
  .command('dead-letters')
  .description('messages that nothing could be made of, with the reason')
  .option(...forPractice)
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./starters/dead-letters.js')).deadLettersCommand(options));
deadLetters
  .command('retry [id]')
  .description('look at a dead letter again, after its cause was mended')
  .option(...forPractice)
  .option('--all', 'every dead letter')
  .action(async (id, _options, command) =>
    (await import('./starters/dead-letters.js')).retryDeadLettersCommand(id, command.optsWithGlobals()),
  );

const unmatched = program
  .command('unmatched')
  .description('results whose patient nobody has found in the chart')
  .option(...forPractice)
  .action(async (options) => (await import('./starters/unmatched.js')).unmatchedCommand(options));
unmatched
  .command('match <result>')
  .description('say whose it is')
  .option(...forPractice)
  .requiredOption('--chart <number>', "the patient's number in the chart")
  .requiredOption(...asPerson)
  .option('--despite-name', 'the name differs, and it is the same person')
  .action(async (result, _options, command) =>
    (await import('./starters/unmatched.js')).matchCommand(result, command.optsWithGlobals()),
  );

const limits = program
  .command('limits')
  .description('limits that a provider signed for one patient (L46)')
  .option(...forPractice)
  .option('--all', 'also those that were ended')
  .action(async (options) => (await import('./starters/limits.js')).limitsCommand(undefined, options));
limits
  .command('list [result]')
  .description('of all patients, or of the patient of a result')
  .option(...forPractice)
  .option('--all', 'also those that were ended')
  .action(async (result, _options, command) =>
    (await import('./starters/limits.js')).limitsCommand(result, command.optsWithGlobals()),
  );
limits
  .command('set <result>')
  .description('sign a limit for the patient of a result; it counts for results from now on')
  .option(...forPractice)
  .requiredOption(...asPerson)
  .requiredOption('--analyte <id>', "the analyte's id in the rules, such as potassium")
  .option(
    '--replaces <ids>',
    "the practice's limits that do not apply, such as potassium-high,potassium-change",
  )
  .option('--above <value>', 'what applies instead: above this value')
  .option('--below <value>', 'below it')
  .option('--at-least <value>', 'at it or above')
  .option('--at-most <value>', 'at it or below')
  .option('--unit <unit>', "default: the analyte's own")
  .addOption(new Option('--tier <tier>', 'default: critical').choices(limitTiers))
  .addOption(new Option('--urgency <urgency>', 'default: critical, else same-day').choices(limitUrgencies))
  .option('--without-limit', 'nothing applies instead')
  .requiredOption('--until <day>', 'the last day on which it counts, YYYY-MM-DD; a year at most')
  .requiredOption('--reason <text>', 'why; kept encrypted')
  .action(async (result, _options, command) =>
    (await import('./starters/limits.js')).setLimitCommand(result, command.optsWithGlobals()),
  );
limits
  .command('end <limit>')
  .description('end a limit at once')
  .option(...forPractice)
  .requiredOption(...asPerson)
  .requiredOption('--reason <text>', 'why; kept encrypted')
  .action(async (limit, _options, command) =>
    (await import('./starters/limits.js')).endLimitCommand(limit, command.optsWithGlobals()),
  );

const sources = program
  .command('sources')
  .description('who sends results besides athenahealth, how, and when last')
  .option(...forPractice)
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./starters/sources.js')).sourcesCommand(options));
sources
  .command('import <file>')
  .description('add or change sources, from a JSON file with one or a list of them')
  .option(...forPractice)
  .action(async (file, _options, command) =>
    (await import('./starters/sources.js')).importSourcesCommand(file, command.optsWithGlobals()),
  );
sources
  .command('token <id>')
  .description('a new token for a source that comes over HTTP; the old one ends')
  .option(...forPractice)
  .action(async (id, _options, command) =>
    (await import('./starters/sources.js')).sourceTokenCommand(id, command.optsWithGlobals()),
  );

const practice = program.command('practice').description('import or check a practice');
practice
  .command('import <folder>')
  .description("import a practice's configuration, or a newer one of it, and schedule its poll")
  .option('--no-schedule', 'do not touch the poll Schedule')
  .action(async (folder, options) =>
    (await import('./starters/practice.js')).practiceImportCommand(folder, options),
  );
practice
  .command('check [folder]')
  .description('check the files of a folder, or what is imported')
  .option(...forPractice)
  .action(async (folder, options) =>
    (await import('./starters/practice.js')).practiceCheckCommand(folder, options),
  );

program
  .command('doctor')
  .description(
    "check a practice's connections, roster, rules, engines and keys; exit code 1 when anything fails",
  )
  .option(...forPractice)
  .option('--json', 'as JSON')
  .option(
    '--observe-closing <document>',
    'instead: close this lab result of the test patient and record what that triggers',
  )
  .option('--by <person>', 'who looks: a person id of the roster')
  .action(async (options) => (await import('./starters/doctor.js')).doctorCommand(options));

practice
  .command('webhooks')
  .description('where Spruce tells of messages and athenahealth of results; renew their signing secrets')
  .option(...forPractice)
  .option('--add', 'Spruce: register a further endpoint; the old one is heard as well')
  .option('--retire', 'Spruce: delete all but the one added last')
  .option('--events', 'athenahealth: subscribe to its events, or renew the subscriptions and their secret')
  .action(async (options) => (await import('./starters/webhooks.js')).practiceWebhooksCommand(options));

program
  .command('keys')
  .description('keys that everything is encrypted with')
  .command('new')
  .description('print a new key ring')
  .action(async () => (await import('./starters/keys.js')).newKeysCommand());

const rules = program.command('rules').description('rules that results are classified by');
rules
  .command('export')
  .description("print the starter rule set, unsigned unless a signer is named, or a practice's rules")
  .option('--practice <id>', 'the rules in force there')
  .option('--draft', 'its draft, as it was imported')
  .option('--signed-by <name>', 'the medical director who has read and signed it')
  .option('--date <date>', 'when it was signed, YYYY-MM-DD (default: today)')
  .action(async (options) => (await import('./starters/rules.js')).rulesExportCommand(options));
rules
  .command('import <file>')
  .description("keep a rule set, such as another practice's, as a practice's draft, unsigned")
  .option(...forPractice)
  .action(async (file, options) => (await import('./starters/rules.js')).rulesImportCommand(file, options));
rules
  .command('check [file]')
  .description(
    'name every fault of a rule set, or say when it is to be reviewed; default: the rules in force',
  )
  .option(...forPractice)
  .action(async (file, options) => (await import('./starters/rules.js')).rulesCheckCommand(file, options));
rules
  .command('simulate [draft]')
  .description("try a draft on the stored results of a practice; default: the practice's draft")
  .option(...forPractice)
  .option('--since <day>', 'only results first seen from this day on, YYYY-MM-DD (default: all)')
  .option('--json', 'as JSON, also the rules that never fired')
  .action(async (draft, options) => (await import('./starters/simulate.js')).simulateCommand(draft, options));
rules
  .command('diff <before> <after>')
  .description('what changes between two rule sets, in words')
  .action(async (before, after) => (await import('./starters/rules.js')).rulesDiffCommand(before, after));
rules
  .command('draft <file>')
  .description('print the next version of a rule set, unsigned, to be edited')
  .action(async (file) => (await import('./starters/rules.js')).rulesDraftCommand(file));
rules
  .command('sign <file>')
  .description('print a draft signed by a medical director')
  .requiredOption('--director <name>', 'the medical director who has read it')
  .option('--date <date>', 'when it was signed, YYYY-MM-DD (default: today)')
  .action(async (file, options) => (await import('./starters/rules.js')).rulesSignCommand(file, options));
rules
  .command('print <file>')
  .description('print the policy page: definitions, tiers, clocks, responsibilities')
  .option('--practice-name <name>', 'heading of the page', 'this practice')
  .action(async (file, options) => (await import('./starters/rules.js')).rulesPrintCommand(file, options));

const templates = program
  .command('templates')
  .description('words of messages and chart notes, per panel and tier');
templates
  .command('export')
  .description('print the library’s, unsigned unless both signers are named')
  .option('--signed-by <name>', 'the medical director who has read them')
  .option('--translated-by <name>', 'the qualified translator who has read the Spanish')
  .option('--date <date>', 'when they were signed, YYYY-MM-DD (default: today)')
  .action(async (options) => (await import('./starters/templates.js')).templatesExportCommand(options));
templates
  .command('check <file>')
  .description('name every fault of a set of templates')
  .action(async (file) => (await import('./starters/templates.js')).templatesCheckCommand(file));

program
  .command('inspect <files...>')
  .description('what resultloop would make of message files or folders; nothing is stored')
  .option('--practice <folder>', "rules and time zone of a practice's folder (default: the starter rules)")
  .option('--json', 'as JSON')
  .action(async (files, options) => (await import('./starters/inspect.js')).inspectCommand(files, options));

program
  .command('worklist')
  .description('open work, critical first')
  .option(...forPractice)
  .option('--as <person>', 'only what this person owns or has accepted')
  .option('--all', 'also results that wait for something else, and the unrouted list')
  .option('--json', 'as JSON')
  .action(async (options) => (await import('./starters/worklist.js')).worklistCommand(options));

program
  .command('timeline <result>')
  .description('everything that happened to a result, and whether its record verifies')
  .option(...forPractice)
  .option('--json', 'as JSON')
  .action(async (result, options) =>
    (await import('./starters/timeline.js')).timelineCommand(result, options),
  );

program
  .command('sign-off <results...>')
  .description('decide on a result as a provider; on several only when all are minor')
  .option(...forPractice)
  .requiredOption(...asPerson)
  .addOption(new Option('--decision <decision>', 'default: release').choices(signOffDecisions))
  .addOption(new Option('--tier <tier>', 'with change-tier').choices(signOffTiers))
  .option(
    '--seen <version>',
    'the version you looked at: this result alone, refused when a newer one is there',
    wholeNumber,
  )
  .option(...note)
  .action(async (results, options) =>
    (await import('./starters/sign-off.js')).signOffCommand(results, options),
  );

for (const verb of ['accept', 'decline'] as const)
  program
    .command(`${verb} <result>`)
    .description(verb === 'accept' ? 'take a piece of work' : 'hand a piece of work on to the cover, at once')
    .option(...forPractice)
    .requiredOption(...asPerson)
    .addOption(new Option('--task <task>', 'which work').choices(taskKinds).default('callback'))
    .option(...note)
    .action(async (result, options) =>
      verb === 'accept'
        ? (await import('./starters/accept.js')).acceptCommand(result, options)
        : (await import('./starters/decline.js')).declineCommand(result, options),
    );

program
  .command('attempt <result>')
  .description('record a try to reach the patient by phone')
  .option(...forPractice)
  .requiredOption(...asPerson)
  .addOption(new Option('--outcome <outcome>', 'how it went').choices(attemptOutcomes).makeOptionMandatory())
  .option('--identifiers <list>', 'which were checked, e.g. name,birth-date (two for "reached")')
  .option(...note)
  .action(async (result, options) => (await import('./starters/attempt.js')).attemptCommand(result, options));

program
  .command('close <result>')
  .description('end a piece of work that is no call and no sign-off')
  .option(...forPractice)
  .requiredOption(...asPerson)
  .addOption(new Option('--reason <reason>', 'how it ended').choices(closeReasons).makeOptionMandatory())
  .addOption(new Option('--task <task>', 'which work (default: the open one that fits)').choices(taskKinds))
  .option(...note)
  .action(async (result, options) => (await import('./starters/close.js')).closeCommand(result, options));

function port(text: string): number {
  const value = wholeNumber(text);
  if (value > 65_535) throw new InvalidArgumentError('a port is 0 to 65535.');
  return value;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('use a whole number.');
  return Number(text);
}

/** The names of a command below `resultloop`. */
function pathOf(command: Command): string[] {
  return command.parent ? [...pathOf(command.parent), command.name()] : [];
}

try {
  await program.parseAsync();
} catch (err) {
  if (err instanceof CommanderError) {
    // commander has written its own words.
    process.exitCode = err.exitCode === 0 ? 0 : 2;
  } else {
    process.stderr.write(`${failureWords(err)}\n`);
    process.exitCode = err instanceof WrongUsage ? 2 : 1;
  }
}
