# Area under the ROC curve with rows in clusters: every pair compared, components summed by cluster (Obuchowski 1997).
# Written from the article's formulas, with weights that multiply each row; no package is involved but pROC, which must
# agree where every row is its own cluster and weights are equal.
#
# Run: Rscript generate.R   (in this folder; writes input.csv and expected.csv)

suppressMessages(library(pROC))
set.seed(20261127)
n <- 200
account <- sample(0:39, n, replace = TRUE)
trait <- rnorm(40)[account + 1]
y <- as.integer(runif(n) < plogis(-1 + trait))
first <- round(trait + 0.5 * y + rnorm(n), 1)
second <- round(0.5 * trait + 0.3 * y + rnorm(n), 1)
weight <- round(exp(rnorm(n)), 2)
write.csv(data.frame(first, second, y, weight, account), "input.csv", row.names = FALSE, quote = FALSE)

components <- function(score, w) {
  e <- which(y == 1); o <- which(y == 0)
  psi <- outer(score[e], score[o], function(a, b) (a > b) + 0.5 * (a == b))
  auc <- sum(outer(w[e], w[o]) * psi) / sum(w[e]) / sum(w[o])
  u <- numeric(n)
  u[e] <- w[e] * (psi %*% w[o] / sum(w[o]) - auc) / sum(w[e])
  u[o] <- w[o] * (t(psi) %*% w[e] / sum(w[e]) - auc) / sum(w[o])
  list(auc = auc, u = u)
}
variance <- function(u, cluster) {
  labels <- sort(unique(cluster))
  total <- function(rows) sapply(labels, function(g) sum(u[rows & cluster == g]))
  e <- total(y == 1); o <- total(y == 0)
  i10 <- length(unique(cluster[y == 1])); i01 <- length(unique(cluster[y == 0])); i <- length(labels)
  i10 / (i10 - 1) * sum(e^2) + i01 / (i01 - 1) * sum(o^2) + 2 * i / (i - 1) * sum(e * o)
}
rows <- list()
record <- function(case, quantity, value) {
  rows[[length(rows) + 1L]] <<- data.frame(case = case, quantity = quantity, value = sprintf("%.15g", value))
}
for (clusters in c("rows", "accounts")) for (weights in c("equal", "weighted")) {
  cluster <- if (clusters == "rows") seq_len(n) else account
  w <- if (weights == "equal") rep(1, n) else weight
  a <- components(first, w); b <- components(second, w)
  case <- paste(clusters, weights, sep = "-")
  record(case, "first", a$auc); record(case, "second", b$auc)
  record(case, "se", sqrt(variance(a$u, cluster)))
  record(case, "se_difference", sqrt(variance(a$u - b$u, cluster)))
}
r <- lapply(list(first, second), function(s) roc(y, s, levels = c(0, 1), direction = "<"))
stopifnot(abs(sqrt(var(r[[1]])) - as.numeric(rows[[3]]$value)) < 1e-12)
test <- roc.test(r[[1]], r[[2]], method = "delong", paired = TRUE)
record("proc", "z", unname(test$statistic))
write.csv(do.call(rbind, rows), "expected.csv", row.names = FALSE, quote = FALSE)
