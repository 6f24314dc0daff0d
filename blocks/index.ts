/**
 * The blocks of this server, one line each. Their modules are loaded with `import()`, and a module loads its large packages when a run
 * needs them.
 */
export const blocks = [
  async () => (await import('./images/convert-image.ts')).convertImage,
  async () => (await import('./images/image-info.ts')).imageInfo,
  async () => (await import('./images/qr-code.ts')).qrCode,
  async () => (await import('./images/resize-image.ts')).resizeImage,
  async () => (await import('./archives/unzip.ts')).unzip,
  async () => (await import('./archives/zip.ts')).zip,
  async () => (await import('./data/csv-to-chart.ts')).csvToChart,
  async () => (await import('./data/hash-file.ts')).hashFile,
  async () => (await import('./data/split-csv.ts')).splitCsv,
  async () => (await import('./video/extract-audio.ts')).extractAudio,
  async () => (await import('./video/join-videos.ts')).joinVideos,
  async () => (await import('./video/trim-video.ts')).trimVideo,
  async () => (await import('./video/video-frame.ts')).videoFrame,
  async () => (await import('./documents/merge-pdf.ts')).mergePdf,
  async () => (await import('./documents/office-to-text.ts')).officeToText,
  async () => (await import('./documents/pdf-to-images.ts')).pdfToImages,
  async () => (await import('./documents/pdf-to-text.ts')).pdfToText,
  async () => (await import('./text/write-text.ts')).writeText,
  async () => (await import('./web/fetch-file.ts')).fetchFile,
] as const
