/** What a patient's text says, by signed lists (L35 to L37). Anything unlisted is `other`: a person reads it. */
import {
  acknowledgements,
  courtesyWords,
  emergencyPhrases,
  helpWords,
  optInWords,
  optOutPhrases,
  optOutWords,
  wrongPersonPhrases,
} from './reply-lists.js';

export type ReplyReading =
  'emergency' | 'opts-out' | 'wrong-person' | 'opts-in' | 'help' | 'acknowledges' | 'other';

const friendlySigns = /[\u{1F44D}\u{1F64F}\u{1F642}\u{1F60A}❤\u{FE0F}\u{1F3FB}-\u{1F3FF}]/gu;

/** Lower case, no accents, no apostrophes, words apart by one space. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’‘`´]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

function isListed(list: readonly string[], words: string): boolean {
  return list.includes(words);
}

function holdsPhrase(list: readonly string[], words: string): boolean {
  return list.some((phrase) => ` ${words} `.includes(` ${phrase} `));
}

function optsOut(words: string): boolean {
  if (isListed(optOutWords, words) || holdsPhrase(optOutPhrases, words)) return true;
  const courtesy: readonly string[] = courtesyWords;
  const rest = words.split(' ').filter((word) => !courtesy.includes(word));
  // "stop stop" and "STOP!!! stop" say the same as one.
  return (
    isListed(optOutWords, rest.join(' ')) ||
    (rest.length > 0 && rest.every((word) => word === rest[0] && isListed(optOutWords, word)))
  );
}

function acknowledges(text: string, words: string): boolean {
  // A question, or a sign we do not know, needs a person.
  if (/[?¿]/.test(text)) return false;
  const withoutSigns = text.replace(friendlySigns, '');
  if (/\p{Extended_Pictographic}/u.test(withoutSigns)) return false;
  return (
    isListed(acknowledgements, words) ||
    (words === '' && text.trim() !== '' && /^\u{1F44D}[\u{1F3FB}-\u{1F3FF}]?$/u.test(text.trim()))
  );
}

/** Every reading of a text, the one that counts first: "wrong number, stop" both opts out and needs a new number. */
export function replyReadings(text: string): readonly ReplyReading[] {
  const words = plain(text);
  const readings: ReplyReading[] = [];
  if (holdsPhrase(emergencyPhrases, words)) readings.push('emergency');
  if (optsOut(words)) readings.push('opts-out');
  if (holdsPhrase(wrongPersonPhrases, words)) readings.push('wrong-person');
  if (isListed(optInWords, words)) readings.push('opts-in');
  if (isListed(helpWords, words)) readings.push('help');
  if (readings.length === 0 && acknowledges(text, words)) readings.push('acknowledges');
  return readings.length > 0 ? readings : ['other'];
}

/** The reading that counts. Emergency wins over everything, also over STOP. */
export function readReply(text: string): ReplyReading {
  return replyReadings(text)[0] ?? 'other';
}
