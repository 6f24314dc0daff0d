import { useCloudStack } from '../cloud-stack.ts'
import { describeImport } from '../import-file.ts'
import { describeStoreMedia } from './store-media.ts'

const open = useCloudStack()

describeStoreMedia('Firestore and Cloud Storage', open)
describeImport('Firestore and Cloud Storage', open)
