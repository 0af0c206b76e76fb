import { describe, expect, test } from 'vitest';

import { languageOf, namesLanguage } from '../../../src/core/writing/language.ts';

describe('hardening 148: in which language a model wrote', () => {
  test.each([
    ['We have what you asked for, and that is all that they need from this', 'English'],
    ['Wir haben das für Sie, und die Leute sind nicht mehr wie auf einer Insel', 'German'],
    ['Nous avons une offre pour vous et votre équipe, que les gens aiment', 'French'],
    ['Nosotros tenemos una oferta para usted y su equipo, que está muy cerca, como los otros', 'Spanish'],
    ['Abbiamo una proposta per voi, che non è della vostra concorrenza, e anche il team', 'Italian'],
    ['Temos uma proposta para você, mas não é como os outros, nem um pouco', 'Portuguese'],
    ['Wij hebben een voorstel voor u, maar het is niet van de concurrent', 'Dutch'],
    ['AND THE YOU WITH', 'English'],
  ])('%j', (text, language) => {
    expect(languageOf(text)).toBe(language);
  });

  test.each([
    ['nothing', ''],
    ['no word', '1, 2, 3!'],
    ['too few of the little words', 'and the you'],
    ['more than half as many of another language', 'and the you with der und nicht'],
    ['as many of two languages', 'and the you with der und nicht mit'],
    ['three letters of another script', '日本の'],
    ['half of its letters Latin', '日本会社 abcd'],
  ])('cannot be told of %s, so that nobody is held up', (_, text) => {
    expect(languageOf(text)).toBeNull();
  });

  test('half as many of another language do not hide it', () => {
    expect(languageOf('and the you with der und')).toBe('English');
  });

  test.each(['日本会社', '日本会社の人です', 'Мы сделали это', '日本会社 abc'])(
    '%j is another script',
    (text) => {
      expect(languageOf(text)).toBe('another script');
    },
  );

  test.each([
    ['Write in German', 'German', true],
    ['auf Deutsch, bitte', 'German', true],
    ['Write in German', 'English', false],
    ['Germ-free', 'German', false],
    ['Write in Klingon', 'Klingon', false],
    ['Write in another script', 'another script', false],
  ])('%j asks for %s: %s', (text, language, asks) => {
    expect(namesLanguage(text, language)).toBe(asks);
  });
});
