# Local linear calibration curve, its band and the integrated calibration index, with ties, weights and clusters.
# The curve is R's loess, fitted directly at every point; the band is put together here from loess of unit vectors.
#
# Run: Rscript generate.R   (in this folder; writes input.csv and expected.csv)

set.seed(20261127)
n <- 240
account <- rep(0:59, each = 4)[sample(n)]
shift <- rnorm(60, sd = 0.6)[account + 1]
p <- round(plogis(rnorm(n, -1, 1.2)), 2)
y <- as.integer(runif(n) < plogis(0.3 + 0.6 * qlogis(pmin(pmax(p, 0.01), 0.99)) + shift))
weight <- round(exp(rnorm(n)), 2)
data <- data.frame(p, y, weight, account)
write.csv(data, "input.csv", row.names = FALSE, quote = FALSE)

rows <- list()
record <- function(case, quantity, value) {
  rows[[length(rows) + 1L]] <<- data.frame(case = case, quantity = quantity, value = sprintf("%.12g", value))
}
at <- c(0.02, 0.05, 0.1, 0.21, 0.35, 0.5, 0.83)
for (case in c("plain", "weighted")) for (span in c(0.75, 0.3)) {
  w <- if (case == "plain") rep(1, n) else weight
  smooth <- function(v, x) predict(loess(v ~ p, weights = w, span = span, degree = 1,
    control = loess.control(surface = "direct")), x)
  curve <- smooth(y, p)
  shown <- pmin(pmax(curve, 0), 1)
  gap <- abs(shown - p)
  name <- paste(case, span, sep = "-")
  record(name, "ici", sum(w * gap) / sum(w))
  record(name, "emax", max(gap))
  if (case == "plain") {
    record(name, "e50", unname(quantile(gap, 0.5)))
    record(name, "e90", unname(quantile(gap, 0.9)))
  }
  fitted <- smooth(y, at)
  unit <- sapply(seq_len(n), function(i) smooth(as.numeric(seq_len(n) == i), at)) # (at, n): weights of the rows
  residual <- y - shown
  by_row <- sweep(unit, 2, residual, "*")
  by_account <- t(rowsum(t(by_row), account))
  for (k in seq_along(at)) {
    record(name, paste0("observed_", at[k]), fitted[k])
    record(name, paste0("se_", at[k]), sqrt(n / (n - 1) * sum(by_row[k, ]^2)))
    record(name, paste0("secluster_", at[k]), sqrt(60 / 59 * sum(by_account[k, ]^2)))
  }
}
# What a user of R's defaults gets (local quadratic, interpolated): to see how far the definitions are apart.
default <- abs(predict(loess(y ~ p)) - p)
record("default", "ici", mean(default))
write.csv(do.call(rbind, rows), "expected.csv", row.names = FALSE, quote = FALSE)
