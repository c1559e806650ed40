import { fileURLToPath } from "node:url";
import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const service = process.env.DQHEAL_URL ?? "http://127.0.0.1:8001";

export default defineConfig({
  base: "./",
  plugins: [react(), tailwind()],
  build: {
    outDir: fileURLToPath(new URL("../airflow_provider_dqheal/service/static", import.meta.url)),
    emptyOutDir: true,
    sourcemap: false,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
  server: { proxy: { "/api": service, "/ws": { target: service, ws: true } } },
  test: { environment: "node", include: ["src/**/*.test.ts"] },
});
