// Says "ready"; at the first line it reads, tries for the lock and says how that went; then keeps what it has.
import { acquireLock } from '../../src/store/locks.ts';

const [directory = '', job = ''] = process.argv.slice(2);

process.stdin.once('data', () => {
  const holder = { pid: process.pid, startedAt: 1_000, command: job, hostName: 'vps-1' };
  const answer = acquireLock({ directory, job, holder });
  console.log(JSON.stringify(answer));
});
console.log('ready');
