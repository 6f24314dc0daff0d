import { describeRuns } from '../../ports/runs/runs.ts'
import { openFirestore, useFirestore } from './world.ts'

useFirestore()

describeRuns('Firestore', openFirestore)
