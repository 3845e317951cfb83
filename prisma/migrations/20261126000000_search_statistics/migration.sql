-- How many rows hold part of a word is guessed from a sample of texts. Of a hundred, which is the default, one that happens
-- to match stands for a hundredth of the table, and the planner then walks the list instead of reading the search index.
ALTER INDEX IF EXISTS "users_search_idx" ALTER COLUMN 1 SET STATISTICS 1000;
ALTER TABLE "api_keys" ALTER COLUMN "name" SET STATISTICS 1000;
