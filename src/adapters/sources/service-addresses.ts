/** Where each service answers, when the configuration names no other address. */
export const MAILGUN_BASE_URL = 'https://api.mailgun.net';
export const RESEND_BASE_URL = 'https://api.resend.com';
export const STREAM_BASE_URL = 'https://api.inboxbase.ai';
