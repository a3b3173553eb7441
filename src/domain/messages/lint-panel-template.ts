/** The lint for panel templates: complete, short, no value, link or number of its own, Spanish that is Spanish. */
import { placeholdersIn } from './template.js';
import type { PanelTemplate } from './panel-template-shape.js';

export interface PanelFinding {
  readonly code:
    'no-next-step' | 'too-long' | 'own-number' | 'own-link' | 'unknown-placeholder' | 'not-translated';
  /** What to change. */
  readonly message: string;
}

const longestMessagePart = 300;
const longestNote = 400;
const noteNames = ['providerName', 'nextStep', 'ruleSet'];
/** Emergency number and names of tests that hold a digit. */
const allowedNumbers = /\b(?:911|B12|T3|T4|A1c|COVID-19)\b|\(T[34][^)]*\)/g;

/** Checks one template. An empty list means a director may sign it. */
export function lintPanelTemplate(template: PanelTemplate): PanelFinding[] {
  const found: PanelFinding[] = [];
  const add = (code: PanelFinding['code'], message: string) => found.push({ code, message });
  for (const language of ['eng', 'spa'] as const) {
    const { summary, nextStep } = template.message[language];
    const note = template.chartNote[language];
    const where = language === 'eng' ? 'English' : 'Spanish';
    if (template.tier !== 'normal' && nextStep === null)
      add('no-next-step', `The ${where} message has no next step: say what the patient should do (S000-56).`);
    for (const part of [summary, nextStep ?? '']) {
      if (part.length > longestMessagePart)
        add(
          'too-long',
          `A part of the ${where} message is over ${longestMessagePart} characters: shorten it.`,
        );
      if (placeholdersIn(part).length > 0)
        add('unknown-placeholder', `The ${where} message takes no placeholders: values and links are added.`);
      if (/\d/.test(part.replace(allowedNumbers, '')))
        add(
          'own-number',
          `The ${where} message holds a number: values, doses and phones come from elsewhere.`,
        );
    }
    if (note.length > longestNote)
      add('too-long', `The ${where} chart note is over ${longestNote} characters: shorten it.`);
    for (const name of placeholdersIn(note).filter((one) => !noteNames.includes(one)))
      add(
        'unknown-placeholder',
        `The ${where} chart note uses {${name}}: known are ${noteNames.join(', ')}.`,
      );
    if (/https?:|www\./i.test(`${summary} ${nextStep ?? ''} ${note}`))
      add('own-link', `The ${where} wording holds a link: the scheduling link is added by itself.`);
  }
  if (template.message.eng.summary === template.message.spa.summary)
    add('not-translated', 'The Spanish summary is the English one: have it translated.');
  return found;
}
