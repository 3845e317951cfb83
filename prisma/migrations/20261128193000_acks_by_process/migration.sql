-- By time alone they are only removed. A B-tree for that was taken to find the first word of one process among those of all.
-- DropIndex
DROP INDEX "verifier_acks_at_idx";

-- CreateIndex
CREATE INDEX "verifier_acks_at_idx" ON "verifier_acks" USING BRIN ("at");
