//! A device that tells the truth, and a server that does not.
//!
//! The devices are the real ones, behind their `input -> effects` interface; the honest work behind the lies
//! is the real store's. A script changes what passes between them, or says what the store never said. It
//! asserts what the person sees, and that nobody who should not opens what is sent afterwards: neither a
//! ghost (keys of the server's own), nor Ana, who was taken out and kept a copy of all that her phone had.
//!
//! | the server … | what the person sees | script |
//! |---|---|---|
//! | invites into a ghost's next generation, or one with more people | a warning, and the circle goes on | [`ways_in`] |
//! | says "left out" or "no such circle", then invites into a ghost's group | "make sure who that is", nothing sent | [`ways_in`] |
//! | repeats a Welcome, or announces it for another generation | nothing, or a warning | [`ways_in`] |
//! | shows a GroupInfo of a ghost's, a removed person's, an earlier epoch | a warning; for the last a stop | [`ways_in`] |
//! | names an era whose key a removed person has | nothing: a new era begins | [`ways_in`] |
//! | is not the agency of the link; is a ghost at first contact | a warning; "not verified", though unnamed | [`ways_in`] |
//! | proposes an Add or another policy with its removal key | a security stop | [`entries`] |
//! | proposes a removal under a key that the agency did not sign | nothing: nobody goes | [`entries`] |
//! | withholds a removal's commit, or an era's key | "one moment", nothing sent; a new era | [`entries`] |
//! | swaps bodies, repeats, reorders, rolls back, drops, forks | "could not be read", or nothing skipped | [`entries`] |
//! | lets a removed device speak; archives another key | "could not be read"; a warning | [`entries`] |
//! | lies about the time, sends no frames, a marker of nobody's | a security stop; nothing | [`entries`] |
//! | says "kept" or "refused" and it is not so | a warning, and the message once | [`answers`] |
//! | lies about counters, epochs, eras, generations, condition | "rejoining", "needs staff"; nothing lost | [`answers`] |
//! | hands out somebody else's, its own, an expired, a double key package | a warning, or "new keys"; nobody added | [`answers`] |
//! | offers another device; two answered one link | nothing to approve; other digits | [`answers`] |
//! | gives out another vault or identity key; makes up notices; says "unknown device" | a warning; nothing; signed out | [`answers`] |
//! | shows a made-up agency key, or a list that leads there | a warning; nothing is pinned or made | [`agency`] |
//! | stands between two people at intake: another key, another inviter, a made-up word | a warning; other digits; "not verified" | [`intake`] |
//! | forges, swaps, ascribes, reorders the past | less of the past, and nothing false | [`past`] |
//! | makes up or repeats a "typing" | nothing | [`past`] |
//! | says that history is kept, or is not, and it is otherwise | what the group's policy says; the person's own wish | [`without_history`] |
//! | strips a wrap, adds one, or repeats a message from before the switch | a warning; "could not be read" | [`without_history`] |
//!
//! And where the server tells the truth, and somebody in the circle does not:
//!
//! | somebody in the circle … | what the others see | script |
//! |---|---|---|
//! | brings a commit that no frame holds | nothing: it is not taken | [`members`] |
//! | hands on an era's key without a commit, or under another number | "could not be read", a warning; a new era | [`members`] |
//! | speaks in another person's name | "could not be read"; whoever reads back sees nothing of it | [`members`] |
//! | offers a key package with somebody else's key in it | a warning, and the circle goes on | [`members`] |
//! | took a device with an open session and spoils the vault | a warning; it is written anew, the theft reported | [`stolen`] |
//! | puts keys of eras to come into the vault | nothing: what the group says of an era holds | [`stolen`] |
//!
//! What a device cannot know: that something is withheld altogether, who pressed "I'll see to it" (markers are
//! the server's word), and whose key it is at first contact, which is why "not verified" is shown until seen
//! in person.

mod agency;
mod answers;
mod entries;
pub mod ghost;
mod intake;
mod members;
mod past;
mod people;
pub mod phone;
mod stolen;
pub mod town;
mod ways_in;
mod without_history;
