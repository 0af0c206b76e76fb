import type { Place } from './mail-host.ts';

/** Postfix's settings: a submission service, and a way to Dovecot for the test's domain alone. */
export function mainCf({ root, domain }: Place): string {
  return `compatibility_level = 3.6
queue_directory = ${root}/spool
data_directory = ${root}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = ${root}/log/postfix.log
maillog_file_prefixes = ${root}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.${domain}
myorigin = ${domain}
mydestination =
mynetworks =
alias_maps =
alias_database =
local_recipient_maps =
smtp_dns_support_level = disabled
default_transport = error:5.1.2 nothing leaves this machine
relay_transport = error:5.1.2 nothing leaves this machine
virtual_mailbox_domains = ${domain}
virtual_mailbox_maps = static:all
transport_maps = texthash:${root}/postfix/transport
virtual_transport = lmtp:unix:${root}/dovecot/lmtp
virtual_destination_concurrency_limit = 20
lmtp_destination_concurrency_limit = 20
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${root}/dovecot/auth-client
smtpd_tls_cert_file = ${root}/certificate.pem
smtpd_tls_key_file = ${root}/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_session_cache_database =
smtpd_client_connection_rate_limit = 0
notify_classes =
`;
}

/** Addresses whose mail is taken and then refused: at the door nobody knows of it, and Postfix itself writes the notice (RFC 3464). */
export function transportMap({ refusals }: Place): string {
  return Object.entries(refusals)
    .map(([address, words]) => `${address} error:${words}\n`)
    .join('');
}

export function masterCf({ smtpPort, arrivalPort }: Place): string {
  return `127.0.0.1:${smtpPort} inet n - n - - smtpd
  -o rewrite_service_name=rewrite-at-the-door
127.0.0.1:${arrivalPort} inet n - n - - smtpd
  -o smtpd_tls_security_level=none
  -o smtpd_sasl_auth_enable=no
  -o smtpd_relay_restrictions=reject_unauth_destination
  -o smtpd_recipient_restrictions=reject_unauth_destination
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 5 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
rewrite-at-the-door unix - - n - - trivial-rewrite
  -o transport_maps=
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
}

export function dovecotConf({ root, imapPort, password }: Place): string {
  return `base_dir = ${root}/dovecot
state_dir = ${root}/dovecot
instance_name = headgate-test-${imapPort}
log_path = ${root}/log/dovecot.log
listen = 127.0.0.1
protocols = imap lmtp
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 8
first_valid_gid = 8
mail_uid = mail
mail_gid = mail
mail_location = maildir:~/Maildir
mail_fsync = never
passdb {
  driver = static
  args = password=${password}
}
userdb {
  driver = static
  args = uid=mail gid=mail home=${root}/mail/%Ld/%Ln allow_all_users=yes
}
namespace inbox {
  inbox = yes
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
    port = ${imapPort}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
service auth {
  unix_listener auth-client {
    mode = 0666
  }
}
service stats {
  unix_listener stats-writer {
    mode = 0666
  }
}
`;
}
