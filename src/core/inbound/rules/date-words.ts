import type { Weekday } from '../../model.ts';
import { foldPhrases } from '../phrases.ts';

function monthTable(): Readonly<Record<string, number>> {
  const names: readonly (readonly [number, string])[] = [
    [
      1,
      'january jan januar janvier janv enero gennaio gen janeiro januari jänner stycznia января leden ocak',
    ],
    [
      2,
      'february feb februar février févr febrero febbraio fevereiro fev februari lutego февраля února şubat',
    ],
    [3, 'march mar märz mrz mars marzo março maart mrt marca марта března mart'],
    [4, 'april apr avril avr abril abr aprile kwietnia апреля dubna nisan'],
    [5, 'may mai mayo maggio mag maio mei maja мая května mayıs'],
    [6, 'june jun juni juin junio giugno giu junho jun. czerwca июня června haziran'],
    [7, 'july jul juli juillet juil julio luglio lug julho lipca июля července temmuz'],
    [8, 'august aug août aout agosto ago augustus sierpnia августа srpna ağustos'],
    [9, 'september sep sept septembre septiembre settembre set setembro września сентября září eylül'],
    [10, 'october oct oktober okt octobre octubre ottobre ott outubro października октября října ekim'],
    [11, 'november nov novembre noviembre novembro listopada ноября listopadu kasım'],
    [
      12,
      'december dec dezember dez décembre déc diciembre dic dicembre dezembro grudnia декабря prosince aralık',
    ],
  ];
  const table: Record<string, number> = {};
  for (const [month, list] of names)
    for (const name of foldPhrases(list.split(' '))) if (!name.endsWith('.')) table[name] = month;
  return table;
}

/** Folded names and short forms of the months, in the case that follows a day. */
export const MONTH_NAMES: Readonly<Record<string, number>> = monthTable();

function weekdayTable(): Readonly<Record<string, Weekday>> {
  const names: readonly (readonly [Weekday, string])[] = [
    [1, 'monday montag lundi lunes lunedì segunda-feira maandag poniedziałek понедельник 月曜 星期一'],
    [2, 'tuesday dienstag mardi martes martedì terça-feira dinsdag wtorek вторник 火曜 星期二'],
    [3, 'wednesday mittwoch mercredi miércoles mercoledì quarta-feira woensdag środa среду 水曜 星期三'],
    [4, 'thursday donnerstag jeudi jueves giovedì quinta-feira donderdag czwartek четверг 木曜 星期四'],
    [5, 'friday freitag vendredi viernes venerdì sexta-feira vrijdag piątek пятницу 金曜 星期五'],
    [6, 'saturday samstag samedi sábado sabato zaterdag sobota субботу 土曜 星期六'],
    [7, 'sunday sonntag dimanche domingo domenica zondag niedziela воскресенье 日曜 星期日'],
  ];
  const table: Record<string, Weekday> = {};
  for (const [weekday, list] of names) for (const name of foldPhrases(list.split(' '))) table[name] = weekday;
  return table;
}

/** Folded names of the weekdays. */
export const WEEKDAY_NAMES: Readonly<Record<string, Weekday>> = weekdayTable();

export const TOMORROW: readonly string[] = foldPhrases([
  'tomorrow',
  'mañana',
  'domani',
  'amanhã',
  'завтра',
  '明日',
]);

/** Words before the first day back, or before an end that may be meant either way. */
export const RETURN_CUES: readonly string[] = foldPhrases([
  'until',
  'till',
  'til',
  'back',
  'return',
  'returning',
  'available again',
  'available from',
  'available on',
  'reachable again',
  'resume',
  'in the office again',
  'in the office on',
  'reply on',
  'respond on',
  'ab dem',
  'ab',
  'bis zum',
  'bis',
  'wieder',
  'zurück',
  'jusqu',
  'de retour',
  'retour',
  'à partir du',
  'rentre',
  'serai de nouveau',
  'hasta',
  'regres',
  'vuelvo',
  'volver',
  'reincorpor',
  'a partir del',
  'fino al',
  'fino a',
  'sino al',
  'rientr',
  'torno',
  'tornerò',
  'dal giorno',
  'até',
  'volto',
  'retorn',
  'a partir de',
  'tot en met',
  'tot',
  'terug',
  'vanaf',
  'weer',
  'tillbaka',
  'till och med',
  'tilbake',
  'tilbage',
  'indtil',
  'do dnia',
  'wracam',
  'wrócę',
  'od dnia',
  'до',
  'вернусь',
  'с',
  'zpět',
  'dek',
]);

/** Languages that put such words behind the date. */
export const RETURN_CUES_BEHIND: readonly string[] = foldPhrases([
  'まで',
  'から',
  'より',
  'に戻',
  '出社',
  '返回',
  '回来',
  '回來',
  '上班',
  '까지',
  '부터',
]);

/** Words before the last day away: the person is back on the day after. */
export const STILL_AWAY_CUES: readonly string[] = foldPhrases([
  'through',
  'thru',
  'to',
  'and',
  '-',
  '–',
  'au',
  'al',
  'und',
  'et',
  'y',
  'bis einschließlich',
  'inclusive',
]);
