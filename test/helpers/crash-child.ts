// Commits one row into a state without ever closing it, says "committed", and waits to be killed. Argument: file.
import Database from 'better-sqlite3';

const [file = ''] = process.argv.slice(2);
const connection = new Database(file);
connection.pragma('wal_autocheckpoint = 0');
connection.exec("INSERT INTO jobs (job) VALUES ('drip')");
console.log('committed');
process.stdin.resume();
