// Prints the hash of the sample mail, to be compared with that of another process.
import { createHash } from 'node:crypto';

import { composeMail } from '../../../src/adapters/mail/compose.ts';
import { mailToCompose } from './sample-mail.ts';

const { raw } = await composeMail(mailToCompose());
console.log(createHash('sha256').update(raw).digest('hex'));
