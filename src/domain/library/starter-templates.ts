/**
 * The starter message templates. Unsigned: a medical director approves them and a qualified translator the
 * Spanish (45 CFR 92.201) before use. Texts are written in GSM-7 without the accents that would break it.
 */
import type { Template, TemplateSet } from '../messages/template.js';

const texts: Template[] = [
  {
    // S000-50, word for word. Only for normal, non-sensitive results (L26).
    id: 'normal-ready',
    kind: 'text',
    wordings: {
      eng: [
        'Hi {firstName}, your recent lab results are now in your patient portal. View them here: {link}. Reply STOP to opt out.',
      ],
      spa: [
        'Hola {firstName}, sus resultados de laboratorio ya se encuentran en su portal: {link}. Responda STOP para cancelar.',
      ],
    },
  },
  {
    // The setting of L26 that puts the practice's name first.
    id: 'normal-ready-named',
    kind: 'text',
    wordings: {
      eng: [
        '{practiceName}: Hi {firstName}, your recent lab results are now in your patient portal. View them here: {link}. Reply STOP to opt out.',
      ],
      spa: [
        '{practiceName}: Hola {firstName}, sus resultados de laboratorio ya se encuentran en su portal: {link}. Responda STOP para cancelar.',
      ],
    },
  },
  {
    id: 'neutral',
    kind: 'text',
    wordings: {
      eng: [
        '{practiceName}: you have a new message from your care team. Sign in: {link}. Questions: {phone}. Reply STOP to opt out.',
        '{practiceName}: new message from your care team: {link}. Questions: {phone}. Reply STOP to opt out.',
        '{practiceName}: new message: {link}. Call {phone}. Reply STOP to opt out.',
      ],
      spa: [
        '{practiceName}: tiene un nuevo mensaje de su equipo de salud. Ingrese: {link}. Preguntas: {phone}. Responda STOP para cancelar.',
        '{practiceName}: nuevo mensaje de su equipo de salud: {link}. Preguntas: {phone}. Responda STOP para cancelar.',
        '{practiceName}: nuevo mensaje: {link}. Tel: {phone}. Responda STOP para cancelar.',
      ],
    },
  },
  {
    id: 'neutral-update',
    kind: 'text',
    wordings: {
      eng: [
        '{practiceName}: you have an updated message from your care team. Sign in: {link}. Questions: {phone}. Reply STOP to opt out.',
        '{practiceName}: updated message from your care team: {link}. Questions: {phone}. Reply STOP to opt out.',
        '{practiceName}: updated message: {link}. Call {phone}. Reply STOP to opt out.',
      ],
      spa: [
        '{practiceName}: tiene un mensaje actualizado de su equipo de salud. Ingrese: {link}. Preguntas: {phone}. Responda STOP para cancelar.',
        '{practiceName}: mensaje actualizado de su equipo de salud: {link}. Preguntas: {phone}. Responda STOP para cancelar.',
        '{practiceName}: mensaje actualizado: {link}. Tel: {phone}. Responda STOP para cancelar.',
      ],
    },
  },
  {
    // L25: says only that, and asks to call.
    id: 'tried-to-reach',
    kind: 'text',
    wordings: {
      eng: ['{practiceName}: we tried to reach you. Please call us at {phone}. Reply STOP to opt out.'],
      spa: [
        '{practiceName}: tratamos de comunicarnos con usted. Por favor llame al {phone}. Responda STOP para cancelar.',
      ],
    },
  },
  {
    // L36.
    id: 'after-hours-reply',
    kind: 'reply',
    wordings: {
      eng: [
        '{practiceName}: messages are not monitored now. Emergency: call 911. Urgent: {urgentPhone}. We will read this when we open.',
        '{practiceName}: not monitored now. Emergency: call 911. Urgent: {urgentPhone}.',
      ],
      spa: [
        '{practiceName}: ahora nadie lee los mensajes. Emergencia: llame al 911. Urgente: {urgentPhone}. Lo leeremos al abrir.',
        '{practiceName}: ahora nadie lee mensajes. Emergencia: llame al 911. Urgente: {urgentPhone}.',
      ],
    },
  },
  {
    // L37: practice name and phone only.
    id: 'wrong-person-reply',
    kind: 'reply',
    wordings: { eng: ['{practiceName}, {phone}.'], spa: ['{practiceName}, {phone}.'] },
  },
];

const messages: Template[] = [
  {
    id: 'neutral-message',
    kind: 'message',
    wordings: {
      eng: [
        'Hello,\n\nYou have a new message from your care team at {practiceName}. Please open it here: {link}\n\nQuestions? Call us at {phone}.',
      ],
      spa: [
        'Hola:\n\nTiene un nuevo mensaje de su equipo de salud en {practiceName}. Ábralo aquí: {link}\n\n¿Preguntas? Llámenos al {phone}.',
      ],
    },
  },
  {
    id: 'neutral-update-message',
    kind: 'message',
    wordings: {
      eng: [
        'Hello,\n\nYou have an updated message from your care team at {practiceName}. Please open it here: {link}\n\nQuestions? Call us at {phone}.',
      ],
      spa: [
        'Hola:\n\nTiene un mensaje actualizado de su equipo de salud en {practiceName}. Ábralo aquí: {link}\n\n¿Preguntas? Llámenos al {phone}.',
      ],
    },
  },
  {
    id: 'tried-to-reach-message',
    kind: 'message',
    wordings: {
      eng: ['We tried to reach you. Please call {practiceName} at {phone}.'],
      spa: ['Tratamos de comunicarnos con usted. Por favor llame a {practiceName} al {phone}.'],
    },
  },
  {
    id: 'portal-note-normal',
    kind: 'note',
    wordings: {
      eng: ['{summary} Questions? Call {practiceName} at {phone}. {providerName}'],
      spa: ['{summary} ¿Preguntas? Llame a {practiceName} al {phone}. {providerName}'],
    },
  },
  {
    id: 'portal-note-abnormal',
    kind: 'note',
    wordings: {
      eng: [
        '{summary} Next step: {nextStep} Schedule here: {link}. Questions? Call {practiceName} at {phone}. {providerName}',
      ],
      spa: [
        '{summary} Siguiente paso: {nextStep} Haga su cita aquí: {link}. ¿Preguntas? Llame a {practiceName} al {phone}. {providerName}',
      ],
    },
  },
  {
    id: 'portal-note-neutral',
    kind: 'message',
    wordings: {
      eng: ['Your care team at {practiceName} would like to talk with you. Please call {phone}.'],
      spa: ['Su equipo de salud en {practiceName} desea hablar con usted. Por favor llame al {phone}.'],
    },
  },
];

const spoken: Template[] = [
  {
    // L34: name, number, "please call us", nothing else.
    id: 'voicemail-script',
    kind: 'spoken',
    wordings: {
      eng: ['Hello, this is {callerName} from {practiceName}. Please call us at {phone}. Thank you.'],
      spa: ['Hola, habla {callerName} de {practiceName}. Por favor llámenos al {phone}. Gracias.'],
    },
  },
  {
    id: 'call-script',
    kind: 'spoken',
    wordings: {
      eng: [
        [
          'This is {callerName} from {practiceName}. Am I speaking with {firstName}?',
          'Ask for the full name and the date of birth before anything else. Both must match the chart.',
          'Speak only with the patient or a person the patient authorized. Otherwise ask to fetch the patient.',
          'Say what was found and what to do now, in plain words. Ask how the patient feels.',
          'If there are warning signs, send the patient to emergency care or call 911.',
          'Ask the patient to repeat what to do, and correct what was misunderstood.',
          'Record the time, who you spoke with and what was agreed.',
        ].join('\n'),
      ],
      spa: [
        [
          'Habla {callerName} de {practiceName}. ¿Hablo con {firstName}?',
          'Pida el nombre completo y la fecha de nacimiento antes que nada. Ambos deben coincidir con el expediente.',
          'Hable solo con el paciente o con una persona autorizada. Si no, pida que llamen al paciente.',
          'Diga qué se encontró y qué hacer ahora, con palabras sencillas. Pregunte cómo se siente.',
          'Si hay señales de alarma, envíe al paciente a urgencias o llame al 911.',
          'Pida al paciente que repita lo que debe hacer y aclare lo que no se entendió.',
          'Anote la hora, con quién habló y qué se acordó.',
        ].join('\n'),
      ],
    },
  },
];

export const starterTemplates: TemplateSet = {
  id: 'starter',
  version: 1,
  signedBy: null,
  translatedBy: null,
  templates: [...texts, ...messages, ...spoken],
};

/** The starter as signed by a director and a translator. `date` is `YYYY-MM-DD`. */
export function signedStarterTemplates(signer: string, translator: string, date: string): TemplateSet {
  return { ...starterTemplates, signedBy: { name: signer, date }, translatedBy: { name: translator, date } };
}
