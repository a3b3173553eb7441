import { createAthenaControl } from './src/sandbox/athenahealth/control.js';
import { createSpruceControl } from './src/sandbox/spruce/control.js';
import { createTwilioControl } from './src/sandbox/twilio/control.js';
import { identityClock } from './src/domain/calendar/clock-map.js';
import { bmp } from './test/real/panels.js';
const a = createAthenaControl('http://127.0.0.1:21801'), t = createTwilioControl('http://127.0.0.1:21802'), s = createSpruceControl('http://127.0.0.1:21803');
const n = '195901', clock = identityClock;
if (process.argv[2] === 'seed') {
await a.seed(n, { clientId: 'a', clientSecret: 'b', clock, departments: [{ departmentid: '150', name: 'Main St', timezonename: 'US/Eastern' }], providers: [{ providerid: 71, displayname: 'Maja Lindqvist, MD', npi: 1999999984 },{ providerid: 72, displayname: 'C, MD', npi: 1999999976 }], settings: {} });
await t.seed(n, { accountSid: 'AC'+'0a'.repeat(16), authToken: 't', messagingServiceSid: 'MG'+'0b'.repeat(16), from: '+16175550100', clock, inboundUrl: 'http://127.0.0.1:26244/webhooks/twilio/riverside/inbound' });
await s.seed(n, { token: 'x', clock, members: ['lindqvist','okafor','moreau','takahashi','ferreira','abara','carvalho','wirth','nyman'].map((m) => ({ id: 'entity_'+m, displayName: m })), timestamps: 'millisecond', webhook: { url: 'http://127.0.0.1:26244/webhooks/spruce/riverside', secret: 's' } });
await a.addPatients(n, [1,2].map((i) => ({ patientid: '700'+i, firstname: 'Dana', lastname: i===1?'Quillfeather':'Thistlewood', dob: '07/19/1968', sex: 'F', status: 'active', departmentid: '150', mobilephone: '617555014'+i, consenttotext: true, language6392code: 'eng', portalaccessgiven: true, portalstatus: { status: 'REGISTERED' } })) as never);
} else {
const day = Date.now() - 20*3600_000;
await a.postLabResults(n, [bmp('7001', { potassium: '5.6', collectedAt: day }), bmp('7002', { potassium: '6.3', collectedAt: day })]);
}
