import { fileURLToPath } from 'node:url'
import vueI18n from '@intlify/unplugin-vue-i18n/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'

// What a lazy page needs beside its styles is kept on the phone already; a list of it would weigh on the first load.
const stylesOnly = (_page: string, needed: string[], { hostType }: { hostType: 'html' | 'js' }) =>
  hostType === 'html' ? needed : needed.filter((name) => name.endsWith('.css'))

export default defineConfig({
  plugins: [
    vue(),
    vueI18n({
      include: fileURLToPath(new URL('./src/locales/**/*.json', import.meta.url)),
      dropMessageCompiler: true,
    }),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src/sw',
      filename: 'sw.ts',
      registerType: 'prompt',
      injectRegister: false,
      injectManifest: { globPatterns: ['**/*.{js,css,html,png,svg}'] },
      manifest: {
        id: '/',
        name: '走访通 FieldVisit',
        short_name: '走访通',
        lang: 'zh-CN',
        start_url: '/',
        display: 'standalone',
        background_color: '#f5f6f4',
        theme_color: '#0b6b4f',
        icons: [
          { src: 'icon-192.png', sizes: '192x192', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png' },
          { src: 'icon-512.png', sizes: '512x512', type: 'image/png', purpose: 'maskable' },
        ],
      },
    }),
  ],
  define: { __APP__: JSON.stringify(process.env.npm_package_version ?? 'dev') },
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: { target: ['chrome87', 'safari14'], assetsInlineLimit: 0, modulePreload: { polyfill: false, resolveDependencies: stylesOnly } },
  server: { proxy: { '/api': 'http://127.0.0.1:8000' } },
})
