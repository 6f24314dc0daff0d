/** The one alert that is no series of Cloud Monitoring: the billing account sends it. */
export const spend = {
  id: 'spend',
  title: 'Spending',
  when: '50, 90 and 100 % of `coffer:budget.monthly` are spent, or are forecast to be',
  meaning: 'A budget tells, it does not stop: maximum instances are what bounds the bill.',
  todo: [
    'See in the billing report which product grew, and compare with the table in docs/deploy.md.',
    'A caller without measure: lower the quota (`coffer:quotaMegabytes`) or that user’s own.',
    'To stop everything that costs: `coffer:maxInstances` 1, and pause the scheduler’s jobs.',
  ],
  shares: [0.5, 0.9, 1],
}
