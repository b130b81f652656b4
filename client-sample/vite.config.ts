import { resolve } from "node:path";
import { defineConfig } from "vite";

const page = (path: string): string => resolve(import.meta.dirname, path);

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    rollupOptions: { input: { lobby: page("index.html"), board: page("board/index.html") } },
  },
});
