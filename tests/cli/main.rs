//! The program as its users meet it: hostile input, identical bytes, names that try to do harm.

#[cfg(test)]
mod approve;
#[cfg(test)]
mod case;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod init;
#[cfg(test)]
mod interrupted;
#[cfg(test)]
mod safety;
#[cfg(test)]
mod score;
#[cfg(test)]
mod slips;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod verify;
