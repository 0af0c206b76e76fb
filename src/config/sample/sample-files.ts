import springAdvisory from './campaigns/spring-advisory.md';
import leads from './leads.csv';
import consultingOutbound from './sequences/consulting-outbound/sequence.toml';
import closeLoop from './sequences/consulting-outbound/close-loop.md';
import followup from './sequences/consulting-outbound/followup.md';
import resource from './sequences/consulting-outbound/resource.md';
import stayInTouch from './sequences/stay-in-touch/sequence.toml';
import openQuestion from './sequences/stay-in-touch/open-question.md';
import smallWin from './sequences/stay-in-touch/small-win.md';
import usefulRead from './sequences/stay-in-touch/useful-read.md';
import websiteLead from './sequences/website-lead/sequence.toml';
import caseStudy from './sequences/website-lead/case-study.md';
import freeResource from './sequences/website-lead/free-resource.md';
import lastTouch from './sequences/website-lead/last-touch.md';
import welcome from './sequences/website-lead/welcome.md';

/** Name of the lead file that `init --sample` writes and imports. */
export const SAMPLE_LEADS_FILE = 'leads.csv';

/**
 * What `init --sample` adds to a workspace: the two sequences of the incident and one for people who have gone quiet,
 * all with fixed copy, and 31 leads. Path inside the workspace and text of each file.
 */
export const SAMPLE_FILES: ReadonlyMap<string, string> = new Map([
  ['campaigns/spring-advisory.md', springAdvisory],
  ['sequences/website-lead/sequence.toml', websiteLead],
  ['sequences/website-lead/welcome.md', welcome],
  ['sequences/website-lead/case-study.md', caseStudy],
  ['sequences/website-lead/free-resource.md', freeResource],
  ['sequences/website-lead/last-touch.md', lastTouch],
  ['sequences/consulting-outbound/sequence.toml', consultingOutbound],
  ['sequences/consulting-outbound/followup.md', followup],
  ['sequences/consulting-outbound/resource.md', resource],
  ['sequences/consulting-outbound/close-loop.md', closeLoop],
  ['sequences/stay-in-touch/sequence.toml', stayInTouch],
  ['sequences/stay-in-touch/small-win.md', smallWin],
  ['sequences/stay-in-touch/useful-read.md', usefulRead],
  ['sequences/stay-in-touch/open-question.md', openQuestion],
  [SAMPLE_LEADS_FILE, leads],
]);
