import type { Explanation } from '../../src/protocol/index.ts';

/** Why something was asked, with a text in it that nobody may believe. */
export const CANNED_EXPLANATION: Explanation = {
  judgement: {
    verdict: 'ask',
    category: 'rule',
    reasons: [{ code: 'rule', text: 'A rule asks about "npm publish\u202e".' }],
    risk: null,
  },
  access: ['It may write below /home/ada/work/payments-api.', 'It may read everything but 14 secrets.'],
  causes: [
    {
      kind: 'rule',
      text: 'prefix_rule(pattern=["npm", "publish"], decision="prompt")',
      place: '/home/ada/.sallyport/rules/default.rules:12',
    },
  ],
  alternatives: [
    { change: 'Without that rule', verdict: 'allow' },
    { change: 'With approval_policy = "never"', verdict: 'refuse' },
  ],
};
