import { unzip } from './archives/unzip.ts'
import { zip } from './archives/zip.ts'
import { csvToChart } from './data/csv-to-chart.ts'
import { hashFile } from './data/hash-file.ts'
import { splitCsv } from './data/split-csv.ts'
import { mergePdf } from './documents/merge-pdf.ts'
import { officeToText } from './documents/office-to-text.ts'
import { pdfToImages } from './documents/pdf-to-images.ts'
import { pdfToText } from './documents/pdf-to-text.ts'
import { convertImage } from './images/convert-image.ts'
import { imageInfo } from './images/image-info.ts'
import { qrCode } from './images/qr-code.ts'
import { resizeImage } from './images/resize-image.ts'
import { writeText } from './text/write-text.ts'
import { extractAudio } from './video/extract-audio.ts'
import { joinVideos } from './video/join-videos.ts'
import { trimVideo } from './video/trim-video.ts'
import { videoFrame } from './video/video-frame.ts'
import { fetchFile } from './web/fetch-file.ts'

/** The blocks of this server, one line each. A module loads its large packages when a run needs them. */
export const blocks = [
  convertImage,
  imageInfo,
  qrCode,
  resizeImage,
  unzip,
  zip,
  csvToChart,
  hashFile,
  splitCsv,
  extractAudio,
  joinVideos,
  trimVideo,
  videoFrame,
  mergePdf,
  officeToText,
  pdfToImages,
  pdfToText,
  writeText,
  fetchFile,
] as const
