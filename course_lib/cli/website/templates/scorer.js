// How search ranks: a section whose title says what was asked for comes before pages
// in which the words occur. The numbers are Sphinx's own, which asks for all of them.
var Scorer = {
  score: ([, , , , score, , kind]) => (kind === "title" ? score + 1000 : score),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
