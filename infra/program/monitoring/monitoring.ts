import * as gcp from '@pulumi/gcp'
import type { types } from '@pulumi/gcp'
import type { Output, Resource } from '@pulumi/pulumi'
import type { Settings } from '../settings.ts'
import type { Alert, Threshold } from './alert.ts'
import { alerts } from './alerts.ts'
import { createDashboard } from './dashboard.ts'
import { excludeLinks } from './link-logs.ts'
import { createLogMetrics } from './metrics.ts'
import { runbookSection } from './runbook.ts'

type Condition = types.input.monitoring.AlertPolicyCondition

const windowSeconds = 300
const closeAfterSeconds = 24 * 3600
/** Parts of the budget at which the billing account sends a mail. */
const budgetShares = [0.5, 0.9, 1]

/** Creates the notification channels, metrics, alerts, the dashboard, the exclusion of links from the log, and the budget. */
export function createMonitoring(settings: Settings, apis: Resource[]): void {
  const { project, name } = settings
  const channels = settings.alertEmails.map(
    (email, index) =>
      new gcp.monitoring.NotificationChannel(
        `email-${index + 1}`,
        {
          project,
          type: 'email',
          displayName: `${name} ${index + 1}`,
          labels: { email_address: email },
        },
        { dependsOn: apis },
      ).id,
  )
  const metrics = createLogMetrics(settings, apis)
  for (const alert of alerts) createAlert(settings, alert, channels, metrics)
  createDashboard(settings, metrics)
  excludeLinks(settings, apis)
  createBudget(settings, channels, apis)
}

function createAlert(
  settings: Settings,
  alert: Alert,
  notificationChannels: Output<string>[],
  dependsOn: Resource[],
): void {
  const { project, name } = settings
  const { id, title, severity } = alert
  new gcp.monitoring.AlertPolicy(
    id,
    {
      project,
      displayName: `${name}: ${title}`,
      severity,
      combiner: 'OR',
      conditions: alert.conditions(settings).map(conditionOf),
      notificationChannels,
      documentation: { mimeType: 'text/markdown', content: runbookSection(id) },
      alertStrategy: { autoClose: `${closeAfterSeconds}s` },
    },
    { dependsOn },
  )
}

function conditionOf(threshold: Threshold): Condition {
  const { title, filter, denominator, aligner, reducer, groupBy, above, seconds } = threshold
  const aggregation = {
    alignmentPeriod: `${threshold.windowSeconds ?? windowSeconds}s`,
    perSeriesAligner: aligner,
    ...(reducer !== undefined && { crossSeriesReducer: reducer }),
    ...(groupBy && { groupByFields: groupBy }),
  }
  return {
    displayName: title,
    conditionThreshold: {
      filter,
      aggregations: [aggregation],
      ...(denominator !== undefined && {
        denominatorFilter: denominator,
        denominatorAggregations: [aggregation],
      }),
      comparison: 'COMPARISON_GT',
      thresholdValue: above,
      duration: `${seconds}s`,
      trigger: { count: 1 },
    },
  }
}

function createBudget(
  { project, name, budget }: Settings,
  channels: Output<string>[],
  dependsOn: Resource[],
): void {
  const { number } = gcp.organizations.getProjectOutput({ projectId: project }, { dependsOn })
  new gcp.billing.Budget(
    'spend',
    {
      billingAccount: budget.billingAccount,
      displayName: `${name} ${project}`,
      budgetFilter: { projects: [number.apply((it) => `projects/${it}`)] },
      amount: {
        specifiedAmount: { currencyCode: budget.currency, units: `${budget.monthly}` },
      },
      thresholdRules: [
        ...budgetShares.map((thresholdPercent) => ({ thresholdPercent })),
        { thresholdPercent: 1, spendBasis: 'FORECASTED_SPEND' },
      ],
      allUpdatesRule: { monitoringNotificationChannels: channels.slice(0, 5) },
    },
    { dependsOn },
  )
}
