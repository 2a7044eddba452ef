# Variance inflation of a logit's coefficients: the definition of car::vif by vcov, cov2cor and det.
# Run: Rscript generate.R   (writes input.csv and expected.csv into the working directory)
set.seed(20261125)
n <- 400
seats <- round(exp(3 + 0.8 * rnorm(n)))
usage <- round(seats * exp(0.4 * rnorm(n)), 2)
tickets <- rpois(n, 2 + 0.02 * seats)
plan <- cut(seats + 8 * rnorm(n), quantile(seats, c(0, 0.4, 0.7, 0.9, 1)) + c(-1e3, 0, 0, 0, 1e3), labels = FALSE)
tenure <- round(60 * runif(n), 1)
eta <- -1 - 0.004 * usage + 0.2 * tickets - 0.02 * tenure + 0.2 * (plan == 2)
d <- data.frame(y = rbinom(n, 1, plogis(eta)), seats, usage, tickets, plan2 = as.integer(plan == 2),
                plan3 = as.integer(plan == 3), plan4 = as.integer(plan == 4), tenure, tenure2 = tenure^2)
write.csv(format(d, digits = 15, trim = TRUE), "input.csv", row.names = FALSE, quote = FALSE)
d <- read.csv("input.csv")

fit <- glm(y ~ ., binomial, d, control = glm.control(epsilon = 1e-15, maxit = 100))
v <- vcov(fit)[-1, -1]
r <- cov2cor(v)
out <- NULL
record <- function(group) {
  s <- match(strsplit(group, "+", fixed = TRUE)[[1]], rownames(r))
  gvif <- det(r[s, s, drop = FALSE]) * det(r[-s, -s, drop = FALSE]) / det(r)
  out <<- rbind(out, data.frame(group, df = length(s), gvif = sprintf("%.15g", gvif),
                                per_df = sprintf("%.15g", gvif^(1 / (2 * length(s))))))
}
for (g in c(rownames(r), "plan2+plan3+plan4", "tenure+tenure2")) record(g)
write.csv(out, "expected.csv", row.names = FALSE, quote = FALSE)
