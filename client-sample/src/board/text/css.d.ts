/** The builder of the page puts styles that are imported into it. */
declare module "*.css";
