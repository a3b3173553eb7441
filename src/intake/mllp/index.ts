export { buildAnswer, hearsErrors, type AnswerCode } from './answer.js';
export { readHeader, type MessageHeader } from './header.js';
export { AllowList } from './allow-list.js';
export { frame, FrameReader, type FrameEvent } from './frames.js';
export { mllpLimits, type MllpEvent, type MllpLimits, type MllpReceiver, type MllpReply } from './port.js';
export { listenMllp, type MllpServer, type MllpServerOptions, type MllpTls } from './server.js';
