//! What the worker says, read where it lies. Serde's own way to a value whose `kind` names its variant copies the value
//! first and brings a second reader for every type within, which a phone would download; so in a browser the unions of
//! [`device::api`] are read by this.

use device::api::{Command, Input};
use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{DeserializeSeed, EnumAccess, IntoDeserializer as _, VariantAccess, Visitor};
use serde_wasm_bindgen::{Deserializer, Error};
use wasm_bindgen::JsValue;

/// A value, and the name of its variant.
struct Tagged {
    kind: String,
    value: JsValue,
}

/// What is looked at beforehand.
#[derive(Deserialize)]
struct Kind {
    kind: String,
    #[serde(default, with = "serde_wasm_bindgen::preserve")]
    command: JsValue,
}

/// Reads an input, which may hold a command: a union in a union.
pub(crate) fn input(value: JsValue) -> Result<Input, Error> {
    let Kind { kind, command } = serde_wasm_bindgen::from_value(value.clone())?;
    if command.is_undefined() {
        return Input::deserialize(Tagged { kind, value });
    }
    let Kind { kind, .. } = serde_wasm_bindgen::from_value(command.clone())?;
    let command = Command::deserialize(Tagged {
        kind,
        value: command,
    })?;
    Ok(Input::Command { command })
}

impl<'de> serde::Deserializer<'de> for Tagged {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        serde::Deserializer::deserialize_any(Deserializer::from(self.value), visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Tagged {
    type Error = Error;
    type Variant = Fields;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Fields), Error> {
        let kind: StringDeserializer<Error> = self.kind.into_deserializer();
        Ok((seed.deserialize(kind)?, Fields(self.value)))
    }
}

/// The fields of a variant, beside `kind`.
struct Fields(JsValue);

impl<'de> VariantAccess<'de> for Fields {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(Deserializer::from(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        serde::Deserializer::deserialize_tuple(Deserializer::from(self.0), len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        serde::Deserializer::deserialize_struct(Deserializer::from(self.0), "", fields, visitor)
    }
}
