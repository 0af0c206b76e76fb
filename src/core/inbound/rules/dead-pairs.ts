import type { PhraseGroup } from './phrase-group.ts';
import { pairs } from './word-pairs.ts';

/** "is not known", "cannot be found", "doesn't seem to exist", "no longer exists". */
const NOT = "(?:not|n't|cannot|no longer|never)(?: (?:be|been|a|an|currently|seem to|appear to))?";

/** "Mailbox server: unknown error", "user sent an invalid header": said of what follows. */
const NOT_OF_ANOTHER =
  '(?! (?:error|failure|problem|reason|contact|sender|attachment|header|character|content|message|format|request|command|credentials?|signature|certificate|helo|hostname)s?(?![a-z]))';

/** What is said of a user or of a domain that is not there. */
const IS_NOT_THERE: readonly string[] = [
  `${NOT} (?:exist|exists|found|known|valid|recogni[sz]ed|registered|defined|located|identified)`,
  `unknown${NOT_OF_ANOTHER}`,
  'not (?:listed )?in (?:the |our |this |public )*(?:directory|database|domino|name & address|address book)',
  'non-?existent',
  'inexistent',
  'unrecogni[sz]ed',
  `(?:invalid|incorrect)${NOT_OF_ANOTHER}`,
  'unrout(?:e)?able',
];

/** An address of an IP packet, of a sender or in the conversation is nobody's mailbox. */
const ADDRESS =
  '(?<!ip )(?<!source )(?<!sender )(?<!return )(?<!from )(?<!bounce )(?<!your (?:e-?mail )?)(?:e-?mail )?address';

const USER: readonly string[] = [
  'users?',
  'user ?(?:id|name)(?! (?:or|and) password)',
  'mail[- ]?box(?:es)?(?! error)',
  'in-?box',
  '(?<!sender )accounts?(?! credentials)',
  '(?<!no valid )recipients?(?! (?:error|list))',
  'addressee',
  `${ADDRESS}(?:es)?`,
  'alias',
  'local[- ]?part',
  'destination',
  'person',
  'customer',
  'subscriber',
];

/** English: RFC 5321 4.2.3 leaves the wording to the server. */
const NO_SUCH_USER = pairs({
  gap: 'tight',
  reason: 'no_such_user',
  source: 'a user, mailbox or address of which a server says in English that it is not there',
  things: USER,
  after: IS_NOT_THERE,
  before: [
    'unknown',
    'no such',
    'invalid',
    'illegal',
    'bad',
    'incorrect',
    'wrong',
    'non-?existent',
    'unrout(?:e)?able',
    'not (?:a|an|our|known|valid)(?: valid| known| existing| local| registered)?',
    'not match any',
    'no(?: valid| existing| matching| active)? (?=mail[- ]?box|account|alias)',
    'no (?=user (?:by|here|with|found|named|exists|matching))',
    "(?:not|n't) have an?",
  ],
});

const GONE = pairs({
  gap: 'tight',
  reason: 'no_such_user',
  source: 'an account that was there once',
  things: ['mail[- ]?box', 'account', 'user', 'recipient', 'address'],
  after: [
    '(?:has|have) (?:now |since )?been (?:deleted|removed|closed|terminated|cancell?ed)',
    '(?:was|is) (?:now )?(?:deleted|removed|closed|terminated|cancell?ed)',
    'no longer (?:valid|active here|available|in use|in service|here|on (?:this |the )?server|accessible)',
  ],
  before: ['deleted', 'terminated', 'cancell?ed'],
});

const NO_SUCH_HOST = pairs({
  gap: 'tight',
  reason: 'no_such_host',
  source: 'a domain or host of which a server says in English that it is not there',
  things: [
    '(?<!(?:sender|sending|from|link|helo|your) )domain(?: name)?(?! of (?:your|the sender))',
    '(?<!(?:client|helo|ehlo) )host(?: ?name)?',
    'mail exchanger',
  ],
  after: [
    `${NOT} (?:exist|exists|found|known|valid|resolved|resolvable|located)`,
    'unknown',
    'non-?existent',
    'unresolvable',
    'unrout(?:e)?able',
    'invalid',
  ],
  before: ['unknown', 'no such', 'non-?existent', 'unresolvable', 'unrout(?:e)?able', 'illegal'],
});

const TAKES_NO_MAIL = pairs({
  gap: 'tight',
  reason: 'takes_no_mail',
  source: 'RFC 7504, RFC 7505: a host or domain that is there and takes no mail at all, from whomever',
  things: ['(?<!your )domain', 'host', '(?<!mail )server', 'system'],
  after: [
    "(?:does not|doesn't|do not|don't|will not|not) (?:accept|receive|take|host)(?:ing)? (?:any )?(?:e-?)?mails?(?! (?:from|in|with|that|to|for|of|without|right now|now|at|over|via|until|unless|while|when|because|today|-))",
  ],
  before: [],
});

/** The same in other languages; folded, so without accents. */
const OF_LANGUAGES: readonly PhraseGroup[] = [
  pairs({
    gap: 'tight',
    reason: 'no_such_user',
    source: 'French: Orange, Laposte, Free, SFR',
    things: [
      'utilisateur',
      'destinataire',
      'adresse',
      'boite',
      'compte',
      'abonne',
      'usager',
      'correspondant',
    ],
    after: ['inconnue?', 'invalide', 'inexistante?', "n'existe (?:pas|plus)", 'existe (?:pas|plus)'].concat(
      'introuvable',
      'pas (?:trouvee?|valide|reconnue?|recensee?)',
      'plus valide',
      'non (?:trouvee?|valide|recensee?)',
    ),
    before: ['aucune?'],
  }),
  pairs({
    gap: 'tight',
    reason: 'no_such_user',
    source: 'German: T-Online, GMX, web.de, 1&1, Strato',
    things: [
      '(?:be)?nutzer',
      'empfanger',
      'empfaenger',
      'adressat',
      'adresse',
      'postfach',
      'mailbox',
      'konto',
    ],
    after: [
      'unbekannt',
      'existiert nicht',
      'nicht (?:gefunden|bekannt|vorhanden|eingerichtet|mehr|gultig)',
    ].concat('ungultig', 'gibt es nicht'),
    before: ['unbekannter?', 'ungultiger?', 'kein'],
  }),
  pairs({
    gap: 'tight',
    reason: 'no_such_user',
    source: 'Spanish, Portuguese and Italian: Telefonica, Terra, UOL, Libero, Aruba',
    things: [
      'usuario',
      'destinatario',
      'buzon',
      'cuenta',
      'casilla',
      'direccion',
      'correo',
      'conta',
      'caixa',
    ].concat('endereco', 'utente', 'casella', 'indirizzo'),
    after: [
      '(?:des|s)conoci(?:do|da|uto|uta)',
      'desconhecid[oa]',
      'sconosciut[oa]',
      'inexistente',
      'inesistente',
    ].concat(
      '(?:no|nao|non) (?:existe|esiste|(?:fue |foi )?encontrad[oa]|trovat[oa]|valid[oa]|registrad[oa]|cadastrad[oa])',
      'invalid[oa]',
    ),
    before: [],
  }),
  pairs({
    gap: 'tight',
    reason: 'no_such_user',
    source: 'Dutch, Swedish, Norwegian, Danish and Finnish: KPN, Ziggo, Telia, Telenor, TDC',
    things: [
      'gebruiker',
      'ontvanger',
      'adres',
      'postbus',
      'anvandare',
      'anvandaren',
      'mottagare',
      'mottagaren',
    ].concat('adressen', 'bruker', 'mottaker', 'bruger', 'modtager', 'kayttaja', 'vastaanottaja', 'osoite'),
    after: [
      'onbekend',
      'bestaat niet',
      'niet (?:gevonden|bekend|geldig)',
      'ongeldig',
      'okand',
      'finns inte',
    ].concat('ukjent', 'ukendt', 'findes ikke', 'finnes ikke', 'ikke funnet', 'tuntematon', 'ei loydy'),
    before: ['onbekende', 'ongeldige', 'okand', 'ukjent', 'ukendt', 'tuntematon'],
  }),
  pairs({
    gap: 'tight',
    reason: 'no_such_user',
    source: 'Polish, Czech, Hungarian and Turkish: Onet, WP, Seznam, Freemail, Turk Telekom',
    things: [
      'użytkownik',
      'odbiorca',
      'adresat',
      'adres',
      'skrzynka',
      'konto',
      'uživatel',
      'příjemce',
      'schránka',
    ].concat('felhasználó', 'címzett', 'kullanıcı', 'alıcı'),
    after: [
      'nieznan[yae]',
      'nie istnieje',
      'nie znalezion[yoa]',
      'neznámý',
      'neexistuje',
      'nenalezen',
    ].concat('ismeretlen', 'nem létezik', 'bulunamadı', 'geçersiz'),
    before: ['nieznan[yae]', 'neznámý', 'ismeretlen', 'geçersiz'],
  }),
  pairs({
    gap: 'tight',
    reason: 'no_such_user',
    source: 'Russian and Ukrainian: Mail.ru, Yandex, Rambler, ukr.net, i.ua',
    things: [
      'пользовател[а-я]{0,3}',
      'адресат',
      'получател[а-я]{0,3}',
      '(?:почтов[а-я]{2,3} )?ящик',
      'адрес',
    ].concat('учетная запись', 'користувач', 'скринька'),
    after: [
      'не (?:найден[аоы]?|существует|зарегистрирован[аоы]?)',
      'неизвест[а-я]{1,4}',
      'отсутствует',
    ].concat('не (?:знайдено|існує)', 'невідомий'),
    before: ['нет такого', 'неизвестн[а-я]{2,3}', 'несуществующ[а-я]{2,3}', 'такого'],
  }),
  pairs({
    gap: 'tight',
    reason: 'no_such_user',
    source: 'Japanese, Chinese and Korean: NTT, OCN, Biglobe, Tencent, NetEase, Naver, Daum',
    things: [
      '宛先',
      'あて先',
      'ユーザー?',
      'メールアドレス',
      'アドレス',
      'アカウント',
      'メールボックス',
      '受信者',
    ].concat(
      '用户',
      '用戶',
      '收件人',
      '邮箱',
      '信箱',
      '账号',
      '帐号',
      '地址',
      '사용자',
      '수신자',
      '계정',
      '메일함',
      '주소',
    ),
    after: [
      '見つかりません',
      '存在しません',
      '存在しない',
      '不明',
      '不存在',
      '未找到',
      '无效',
      '無效',
    ].concat('존재하지', '찾을 수 없', '없습니다'),
    before: ['存在しない', '不存在(?:此|该)?', '존재하지 않는'],
  }),
];

/** Pairs that condemn an address; asked after the phrases, which know more. */
export const DEAD_PAIRS: readonly PhraseGroup[] = [
  TAKES_NO_MAIL,
  NO_SUCH_USER,
  GONE,
  NO_SUCH_HOST,
  ...OF_LANGUAGES,
];
