import { expect, test } from '@jest/globals';
import { acknowledgements } from '../../src/domain/messages/reply-lists.js';
import { readReply, replyReadings, type ReplyReading } from '../../src/domain/messages/replies.js';

const cases: readonly (readonly [string, ReplyReading])[] = [
  ['OK', 'acknowledges'],
  ['Got it, thanks!', 'acknowledges'],
  ['Entendido. Gracias', 'acknowledges'],
  ['Está bien', 'acknowledges'],
  ['Thank you 🙏', 'acknowledges'],
  ['👍', 'acknowledges'],
  ['ok?', 'other'],
  ['ok 😡', 'other'],
  ['OK but what does it mean', 'other'],
  ['YES', 'other'],
  ['Sí', 'other'],
  ['', 'other'],
  ['Liked “Harbor: you have a new message”', 'other'],
  ['STOP', 'opts-out'],
  ['Stop please', 'opts-out'],
  ['ok stop', 'opts-out'],
  ['stop. STOP', 'opts-out'],
  ["Please don't text me again", 'opts-out'],
  ['No más', 'opts-out'],
  ['ALTO!', 'opts-out'],
  ['no me manden mensajes por favor', 'opts-out'],
  ['Can I stop taking my pills?', 'other'],
  ['cancel my appointment', 'other'],
  ['START', 'opts-in'],
  ['unstop', 'opts-in'],
  ['HELP', 'help'],
  ['ayuda', 'help'],
  ['Who is this?', 'wrong-person'],
  ['Sorry, wrong number', 'wrong-person'],
  ['Número equivocado', 'wrong-person'],
  ['I have chest pain', 'emergency'],
  ["I can't breathe", 'emergency'],
  ['no puedo respirar', 'emergency'],
  ['STOP. I want to die', 'emergency'],
];

test.each(cases)('L35 to L37: “%s” → %s', (text, reading) => {
  expect(readReply(text)).toBe(reading);
});

test('L35: what the carrier reads as START never acknowledges', () => {
  expect(acknowledgements).not.toContain('yes');
  expect(acknowledgements).not.toContain('si');
  expect(acknowledgements.filter((text) => readReply(text) !== 'acknowledges')).toEqual([]);
});

test('L37: "wrong number, stop texting me" opts out and also asks for a new number', () => {
  expect(replyReadings('Wrong number, stop texting me')).toEqual(['opts-out', 'wrong-person']);
});
